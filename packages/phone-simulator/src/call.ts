/** A caller on a telephone network: what they do, what they hear, how long they wait. */
import { type CallListener, CallLog, type EndedBy, type EntryOf, type WireMessage } from './call-log';
import { type CallOptions, type ResolvedCallOptions, resolveCallOptions } from './call-options';
import { sleep } from './clock';
import { Ear, type Measures } from './ear';
import { callIsOver } from './errors';
import type { CallOutcome, NetworkRoom } from './network';
import type { CutBy } from './playback';
import { openRoom } from './rooms';
import { ONSET_MS, speechDurationMs } from './speech';
import type { Violation } from './violation';
import { waitUntil } from './waiting';

/** `ringing`: the agent has not taken the call yet. */
export type CallState = 'new' | 'ringing' | 'connected' | 'transferring' | 'over';

/** How a polite caller waits. */
export interface PatienceOptions {
  /** Silence after which the agent counts as finished. Default: of the call. */
  settleMs?: number;
  /** How long an answer to what was said last is waited for. Default: of the call. */
  answerMs?: number;
  /** Longest wait. Default: no limit. */
  withinMs?: number;
}

const KEY_GAP_MS = 200;
/** While the caller waits on purpose, time is hurried only after the agent had this long to come back. */
const UNHURRIED_MS = 1000;

/**
 * One call.
 *
 * ```ts
 * const call = new SimulatedCall({ url: 'ws://127.0.0.1:3000/sipgate' });
 * await call.start();
 * await call.says('Wann haben Sie geöffnet?');
 * await call.agentFinished();
 * await call.hangUp();
 * ```
 */
export class SimulatedCall {
  readonly options: ResolvedCallOptions;
  /** Every entry so far; `log.listen` for those to come. */
  readonly log: CallLog;
  /** Resolves when the call has ended, with who ended it. */
  readonly ended: Promise<EntryOf<'ended'>>;
  /** Every breach of the protocol so far; kept also with `keepLog: false`. */
  readonly violations: Violation[] = [];
  readonly #ear = new Ear();
  readonly #room: NetworkRoom;
  readonly #createdAtMs: number;
  #state: 'new' | 'connected' | 'over' = 'new';
  #closed: Promise<void> | undefined;
  #talking = false;
  #waiting: 'no' | 'patient' | 'hurried' = 'no';
  #lastSoundMs = 0;
  /** Since when the caller waits for a reaction to their words, or for the greeting. */
  #askedAtMs: number | undefined;
  #endedEntry: EntryOf<'ended'> | undefined;

  constructor(options: CallOptions) {
    this.options = resolveCallOptions(options);
    const { clock } = this.options;
    this.#createdAtMs = clock.now();
    this.log = new CallLog(() => this.nowMs, this.options.keepLog);
    this.ended = new Promise((resolve) => {
      this.log.listen((entry) => {
        if (entry.kind === 'violation') this.violations.push(entry.violation);
        if (entry.kind === 'heard' || entry.kind === 'transfer_result') this.#lastSoundMs = clock.now();
        // Keys are often collected without an answer; after everything else a caller expects to hear something.
        if (entry.kind === 'turn' && entry.by !== 'keys') this.#askedAtMs = clock.now();
        if (entry.kind === 'hears' || entry.kind === 'transfer') this.#askedAtMs = undefined;
        if (entry.kind !== 'ended') return;
        this.#endedEntry = entry;
        resolve(entry);
      });
    });
    this.#room = openRoom(
      {
        log: this.log,
        ear: this.#ear,
        end: (by, reason, cutBy, tell) => this.#end(by, reason, cutBy, tell),
        changed: () => this.#changed(),
      },
      this.options,
    );
  }

  /** Milliseconds of the call's clock since it was created; the time of every entry. */
  get nowMs(): number {
    return this.options.clock.now() - this.#createdAtMs;
  }

  get state(): CallState {
    if (this.#state !== 'connected') return this.#state;
    if (!this.#room.answered) return 'ringing';
    return this.#room.ringing ? 'transferring' : 'connected';
  }

  /** The id of the call on the wire. */
  get sessionId(): string {
    return this.options.sessionId;
  }

  get agentIsSpeaking(): boolean {
    return this.#room.playback.current !== undefined;
  }

  /** The agent's sound of this moment, and how much of it has been played. */
  get nowPlaying(): { text: string; durationMs: number; playedMs: number } | undefined {
    const current = this.#room.playback.current;
    return (
      current && {
        text: current.sound.text,
        durationMs: current.sound.durationMs,
        playedMs: current.playedMs,
      }
    );
  }

  /** Silences and answer times so far, in milliseconds as heard by the caller. */
  get measures(): Measures {
    const measures = this.#ear.measures(this.options.clock.now());
    return { ...measures, longestSilenceAtMs: Math.max(0, measures.longestSilenceAtMs - this.#createdAtMs) };
  }

  /** Calls `listener` with every entry from now on; returns how to stop it. */
  listen(listener: CallListener): () => void {
    return this.log.listen(listener);
  }

  /** Reaches the agent and announces the call. Rejects with a `SimulatorError` when nobody takes the call. */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw callIsOver('start twice');
    this.#state = 'connected';
    try {
      await this.#room.open();
    } catch (cause) {
      this.#state = 'over';
      this.#room.stop('call_end');
      this.#closed = this.#room.letGo(false, 'network', 'nobody took the call');
      throw cause;
    }
  }

  /** Says something when the agent has finished (`politely: false`: at once). Resolves when the event is out. */
  async says(text: string, options: PatienceOptions & { politely?: boolean } = {}): Promise<void> {
    if (options.politely ?? true) await this.agentFinished(options);
    await this.#talk(text, this.#talkMs(text));
  }

  /**
   * Talks over the agent, `afterMs` into what it says; waits up to `withinMs` (10 s) for it to speak.
   *
   * @returns whether the agent was interrupted
   */
  async interrupts(text: string, options: { afterMs?: number; withinMs?: number } = {}): Promise<boolean> {
    const { clock } = this.options;
    const speaks = () => this.agentIsSpeaking || this.#state === 'over';
    await waitUntil(this.log, clock, speaks, options.withinMs ?? 10_000);
    const playedMs = this.nowPlaying?.playedMs ?? 0;
    await sleep(clock, (options.afterMs ?? 0) - playedMs);
    return this.#talk(text, this.#talkMs(text));
  }

  /** Makes a noise that is voice to a detector and words to nobody: it may interrupt, nothing follows. */
  async makesNoise(durationMs: number): Promise<boolean> {
    return this.#talk('', durationMs);
  }

  /** Presses keys one after another: `0`-`9`, `*`, `#` */
  async presses(digits: string): Promise<void> {
    for (const digit of digits) {
      if (!/[0-9*#]/.test(digit)) throw new RangeError(`A phone has no key "${digit}".`);
      this.#mustBeOn('press a key');
      await this.#room.presses(digit);
      if (digits.length > 1 && this.options.talking === 'real') await sleep(this.options.clock, KEY_GAP_MS);
    }
  }

  /**
   * Says nothing for `ms`; returns early when the call ends. `hurried`: what comes next is nobody's but the caller's
   * to decide, so that a hurried clock need not give the agent time to come back.
   */
  async silence(ms: number, options: { hurried?: boolean } = {}): Promise<void> {
    this.#waiting = options.hurried ? 'hurried' : 'patient';
    this.#changed();
    await waitUntil(this.log, this.options.clock, () => this.#state === 'over', ms);
    this.#waiting = 'no';
    this.#changed();
  }

  /** Hangs up. Resolves when the line is closed; does nothing when it already is. */
  async hangUp(): Promise<void> {
    this.#end('caller', 'the caller hung up', 'call_end', true);
    await this.closed();
  }

  /** Resolves when the transport of an ended call is closed and late faults have been noticed. */
  async closed(): Promise<void> {
    await this.#closed;
  }

  /** Sends `message` to the agent as it is: what another version of the network might say. */
  async inject(message: WireMessage): Promise<void> {
    this.#mustBeOn('send a message');
    if (!this.#room.inject) throw new RangeError(`${this.options.network} has no way to inject a message.`);
    await this.#room.inject(message);
  }

  /** The network ends the call by itself, for this reason on the wire. */
  disconnect(reasonCode: string, reason: string): void {
    if (this.#state === 'connected') this.#room.disconnect?.(reasonCode, reason);
  }

  /** What is known of an ended or running call on the network, where it says so. */
  get outcome(): CallOutcome | undefined {
    return this.#room.outcome;
  }

  /** Breaks the connection to the agent in mid-call; the network does what it does then. */
  breakConnection(): void {
    this.#room.breakConnection?.();
  }

  /** Waits for the first truthy value of `check`, asked after every entry; `undefined` when it never came. */
  until<T>(check: () => T | undefined | false, withinMs?: number): Promise<T | undefined> {
    return waitUntil(this.log, this.options.clock, check, withinMs);
  }

  /**
   * Waits until the agent has reacted to the caller's last words (`answerMs`), has then been quiet for `settleMs`,
   * no HTTP answer is outstanding and no phone rings.
   *
   * @returns false when `withinMs` passed first
   */
  async agentFinished(options: PatienceOptions = {}): Promise<boolean> {
    const { clock } = this.options;
    const answerMs = options.answerMs ?? this.options.answerMs;
    const settleMs = options.settleMs ?? this.options.settleMs;
    const deadlineMs = clock.now() + (options.withinMs ?? Number.POSITIVE_INFINITY);
    const busy = () =>
      this.#state === 'connected' &&
      (!this.#room.answered || this.agentIsSpeaking || this.#room.ringing || this.#room.pending > 0);
    while (this.#state === 'connected') {
      const leftMs = deadlineMs - clock.now();
      if (leftMs <= 0) return false;
      const quietForMs = clock.now() - this.#lastSoundMs;
      const askedForMs = clock.now() - (this.#askedAtMs ?? Number.NEGATIVE_INFINITY);
      if (busy()) await this.until(() => !busy(), leftMs);
      else if (askedForMs < answerMs) await this.until(busy, Math.min(leftMs, answerMs - askedForMs));
      else if (quietForMs >= settleMs) return true;
      else await this.until(busy, Math.min(leftMs, settleMs - quietForMs));
    }
    return true;
  }

  #talkMs(text: string): number {
    const { talking, charactersPerSecond } = this.options;
    return talking === 'instant' ? 0 : speechDurationMs(text, charactersPerSecond);
  }

  #mustBeOn(what: string): void {
    if (this.#state !== 'connected') throw callIsOver(what);
  }

  async #talk(text: string, durationMs: number): Promise<boolean> {
    this.#mustBeOn(text === '' ? 'make a noise' : `say ${JSON.stringify(text)}`);
    if (this.#room.ringing) await this.agentFinished({ settleMs: 0, answerMs: 0 });
    this.#mustBeOn(`say ${JSON.stringify(text)}`);
    const { clock } = this.options;
    const overAgent = this.agentIsSpeaking;
    this.#talking = true;
    this.#ear.begins('caller', clock.now());
    this.log.add('says', { text, overAgent });
    this.#room.voiceStarts(text, durationMs);
    this.#changed();

    const onsetMs = Math.min(ONSET_MS, durationMs);
    await sleep(clock, onsetMs);
    if (this.#state === 'connected') await this.#room.voiceNoticed();
    await sleep(clock, durationMs - onsetMs);
    const bargedIn = this.#room.voiceEnds();
    this.#ear.ends('caller', clock.now());
    if (text === '') this.#ear.settled();
    else await sleep(clock, this.#room.endOfTurnMs);
    this.#talking = false;
    this.#changed();
    if (text === '') return bargedIn;
    if (this.#state === 'connected') await this.#room.understood(text, bargedIn);
    else this.log.add('understood', { text, bargedIn, delivered: false });
    return bargedIn;
  }

  #end(by: EndedBy, reason: string, cutBy: CutBy, tell: boolean): void {
    if (this.#state !== 'connected') return;
    this.#state = 'over';
    this.#room.stop(cutBy);
    this.#ear.over(this.options.clock.now());
    this.#closed = this.#room.letGo(tell, by, reason);
    this.options.clock.hurry?.(false);
    this.log.add('ended', { by, reason });
  }

  /** Keeps the pace of a hurried clock: fast only while nobody but the simulator decides what comes next. */
  #changed(): void {
    const { clock } = this.options;
    if (!clock.hurry) return;
    const listening = this.#room.awaitsCaller && this.#waiting !== 'no';
    const quietForMs = clock.now() - this.#lastSoundMs;
    if (listening && quietForMs < UNHURRIED_MS) {
      clock.setTimeout(() => this.#changed(), UNHURRIED_MS - quietForMs + 1);
    }
    const busy = this.agentIsSpeaking || this.#room.ringing || this.#talking || this.#waiting === 'hurried';
    clock.hurry(this.#state === 'connected' && (busy || (listening && quietForMs >= UNHURRIED_MS)));
  }

  /** Who ended the call, once it has ended. */
  get end(): EntryOf<'ended'> | undefined {
    return this.#endedEntry;
  }
}
