/** Plays a call script: the caller's steps are done, the expectations are waited for. */
import { SimulatedCall } from './call';
import type { CallEntry, EntryOf, Utterance } from './call-log';
import { type CallOptions, NETWORK_WIRES, type Network, type Wire } from './call-options';
import { hasCapability } from './capabilities';
import { type Clock, PacedClock, sleep } from './clock';
import type { Measures } from './ear';
import { SimulatorError } from './errors';
import { agentActionOf, type CallScript, type Pattern, type Step, type Verb } from './script-format';
import type { Transport } from './sipgate/transport';
import { heardPart } from './speech';
import type { Violation } from './violation';

/** Options of playing; everything a script says about its call comes on top of `call`. */
export interface PlayOptions {
  url: string;
  network?: Network;
  wire?: Wire;
  /** sipgate: the same in its own words. */
  transport?: Transport['kind'];
  token?: string;
  /** Speech and waiting pass this much faster; the agent's own time does not. Default 1. */
  speed?: number;
  /** A clock of your own; `speed` is then without effect. */
  clock?: Clock;
  /** How long of silence an expectation without `within` waits. Default 10,000 ms. */
  patienceMs?: number;
  /** Further options of the call. */
  call?: Partial<CallOptions>;
  onEntry?: (entry: CallEntry, call: SimulatedCall) => void;
}

/** One thing that was not as the script says. */
export interface ScriptFailure {
  file: string;
  /** Absent for what concerns the whole call: violations and limits. */
  line?: number;
  message: string;
}

/** How the call went. */
export interface ScriptResult {
  file: string;
  title: string;
  network: Network;
  wire: Wire;
  transport: Transport['kind'];
  passed: boolean;
  failures: ScriptFailure[];
  violations: Violation[];
  measures: Measures;
  durationMs: number;
  entries: readonly CallEntry[];
}

const PATIENCE_MS = 10_000;
/** `hears_not` and `does_not` wait this long for any reaction before they look. */
const REACTION_MS = 3000;

/** The wires of `network` that a script is to be played on; a choice of the user beats the script. */
export function wiresOf(script: CallScript, network: Network, chosen?: Wire): (Wire | undefined)[] {
  if (chosen) return [chosen];
  const { wire, transport } = script.call;
  if (!wire && transport === 'both') return [...NETWORK_WIRES[network]];
  return [wire ?? (transport === 'websocket' ? 'ws' : (transport as 'http' | undefined))];
}

/** sipgate: the transports a script is to be played on; a choice of the user beats the script. */
export function transportsOf(
  script: CallScript,
  chosen?: Transport['kind'],
): (Transport['kind'] | undefined)[] {
  if (chosen) return [chosen];
  return script.call.transport === 'both' ? ['websocket', 'http'] : [script.call.transport];
}

/**
 * Plays `script` once. Faults of the agent are in the result; it rejects with a `SimulatorError` only when nobody
 * takes the call.
 */
export async function playScript(script: CallScript, options: PlayOptions): Promise<ScriptResult> {
  const { transport, wire, attributes, ...fromScript } = script.call;
  const chosen = { wire: options.wire, transport: options.transport };
  const network = options.network ?? options.call?.network;
  const call = new SimulatedCall({
    ...options.call,
    ...(network ? { network } : {}),
    ...fromScript,
    ...(attributes && { audiocodes: { ...options.call?.audiocodes, startParameters: attributes } }),
    language: script.language ?? options.call?.language,
    url: options.url,
    token: options.token,
    ...(chosen.wire || chosen.transport
      ? chosen
      : { wire, transport: transport === 'both' ? undefined : transport }),
    clock: options.clock ?? new PacedClock(options.speed ?? 1),
    keepLog: true,
  });
  if (options.onEntry) call.listen((entry) => options.onEntry?.(entry, call));
  const player = new ScriptPlayer(call, options.patienceMs ?? PATIENCE_MS);
  await call.start();
  const failures: ScriptFailure[] = [];
  for (const step of script.steps) {
    const message = player.applies(step) ? await player.play(step) : undefined;
    if (!message) continue;
    failures.push({ file: script.file, line: step.line, message });
    break;
  }
  await call.hangUp();
  await call.closed();
  for (const message of wholeCallFaults(script, call)) failures.push({ file: script.file, message });
  return {
    file: script.file,
    title: script.title,
    network: call.options.network,
    wire: call.options.wire,
    transport: call.options.transport,
    passed: failures.length === 0,
    failures,
    violations: call.violations,
    measures: call.measures,
    durationMs: call.nowMs,
    entries: call.log.entries,
  };
}

function wholeCallFaults(script: CallScript, call: SimulatedCall): string[] {
  const faults = call.violations.map((v) => `protocol violation: ${v.sentence} (spec ${v.spec})`);
  const { firstSoundMs, silenceMs } = script.limits;
  const measured = call.measures;
  if (firstSoundMs !== undefined && measured.longestFirstSoundMs > firstSoundMs) {
    faults.push(
      `limits: the caller waited ${seconds(measured.longestFirstSoundMs)} for an answer, ` +
        `at most ${seconds(firstSoundMs)} is allowed`,
    );
  }
  if (silenceMs !== undefined && measured.longestSilenceMs > silenceMs) {
    faults.push(
      `limits: ${seconds(measured.longestSilenceMs)} of silence from ${seconds(measured.longestSilenceAtMs)} on, ` +
        `at most ${seconds(silenceMs)} is allowed`,
    );
  }
  return faults;
}

type StepOf<V extends Verb> = Extract<Step, { verb: V }>;
type Doers = { [V in Verb]: (step: StepOf<V>) => Promise<string | undefined> };

class ScriptPlayer {
  readonly #call: SimulatedCall;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  /** What the agent has begun to say since the caller's last turn. */
  #turn: Utterance[] = [];
  /** How much of the turn's text earlier `hears` steps have used up. */
  #used = 0;
  #actions: EntryOf<'action'>[] = [];
  readonly #transfers: EntryOf<'transfer'>[] = [];
  readonly #sms: EntryOf<'sms'>[] = [];
  #entries = 0;
  #lastSoundMs = 0;
  #stepStartedMs = 0;

  constructor(call: SimulatedCall, patienceMs: number) {
    this.#call = call;
    this.#clock = call.options.clock;
    this.#patienceMs = patienceMs;
    call.listen((entry) => this.#note(entry));
  }

  /** Whether the step is meant for this network (`if:`). */
  applies({ condition }: Step): boolean {
    const { network, wire } = this.#call.options;
    return !condition || hasCapability(network, wire, condition.capability) === condition.has;
  }

  /** Does one step; returns what went wrong. */
  async play(step: Step): Promise<string | undefined> {
    this.#stepStartedMs = this.#call.nowMs;
    try {
      return await (this.#doers[step.verb] as (step: Step) => Promise<string | undefined>)(step);
    } catch (cause) {
      if (!(cause instanceof SimulatorError) || cause.code !== 'SIM_CALL_OVER') throw cause;
      return `${cause.message.replace(/\.$/, '')} (${this.#call.end?.reason ?? 'not connected'})`;
    }
  }

  readonly #doers: Doers = {
    says: async ({ text }) => void (await this.#call.says(text)),
    goes_on: async ({ text, afterMs }) => {
      await sleep(this.#clock, afterMs);
      await this.#call.says(text, { politely: false });
      return undefined;
    },
    presses: async ({ digits }) => void (await this.#call.presses(digits)),
    waits: async ({ durationMs }) => void (await this.#call.silence(durationMs)),
    hangs_up: async () => void (await this.#call.hangUp()),
    interrupts: async ({ text, afterMs }) => void (await this.#call.interrupts(text, { afterMs })),
    makes_noise: async ({ durationMs, afterMs }) => {
      await sleep(this.#clock, afterMs);
      await this.#call.makesNoise(durationMs);
      return undefined;
    },
    hears: (step) => this.#hears(step),
    hears_not: async ({ anyOf, forMs }) => {
      await this.#afterReaction(forMs);
      const heard = this.#turn.map((utterance) => this.#heardOf(utterance)).join(' ');
      const found = anyOf.find((pattern) => pattern.findEnd(heard) !== undefined);
      return found && `expected not to hear ${found.source}, but heard ${quoted(heard)}`;
    },
    is_silent: async ({ durationMs }) => {
      await this.#call.agentFinished({ settleMs: 0, answerMs: 0 });
      const fromMs = this.#call.nowMs;
      await this.#call.silence(durationMs);
      const sound = this.#turn.find((utterance) => utterance.startedAtMs >= fromMs);
      const after = sound && seconds(sound.startedAtMs - fromMs);
      return (
        sound && `expected ${seconds(durationMs)} of silence, heard ${quoted(sound.text)} after ${after}`
      );
    },
    transfers_to: async ({ number, withinMs }) => {
      const entry = await this.#patiently(() => this.#transfers.shift(), withinMs);
      if (!entry) return `expected a transfer to ${number.source}, none came; ${this.#situation()}`;
      return matches(number, entry.to)
        ? undefined
        : `expected a transfer to ${number.source}, it went to ${entry.to}`;
    },
    is_sent_sms: async ({ text, to, withinMs }) => {
      const sms = await this.#patiently(() => this.#sms.shift(), withinMs);
      if (!sms) return `expected an SMS with ${text.source}, none came; ${this.#situation()}`;
      if (!matches(text, sms.message)) {
        return `expected an SMS with ${text.source}, it was ${quoted(sms.message)}`;
      }
      const misses = to && !matches(to, sms.phoneNumber);
      return misses ? `expected an SMS to ${to.source}, it went to ${sms.phoneNumber}` : undefined;
    },
    is_hung_up_on: async ({ withinMs }) => {
      const end = await this.#patiently(() => this.#call.end, withinMs);
      if (!end) return `expected the agent to hang up, it did not; ${this.#situation()}`;
      return end.by === 'agent' ? undefined : `expected the agent to hang up, but ${end.reason}`;
    },
    does: async ({ action, fields, withinMs }) => {
      const take = () => {
        const at = this.#actions.findIndex((entry) => isDone(entry, action) && hasFields(entry, fields));
        return at < 0 ? undefined : this.#actions.splice(at, 1)[0];
      };
      if (await this.#patiently(take, withinMs)) return undefined;
      const wanted = fields ? `${action} with ${JSON.stringify(fields)}` : action;
      const done = this.#actions.map((entry) => entry.does).join(', ') || 'nothing';
      return `expected ${wanted}; in this turn the agent did: ${done}`;
    },
    does_not: async ({ action }) => {
      await this.#afterReaction();
      const found = this.#actions.find((entry) => isDone(entry, action));
      return found && `expected no ${action}, but got ${JSON.stringify(found.action)}`;
    },
  };

  #note(entry: CallEntry): void {
    this.#entries++;
    if (entry.kind === 'hears') this.#turn.push(entry.utterance);
    else if (entry.kind === 'heard' || entry.kind === 'transfer_result') this.#lastSoundMs = entry.atMs;
    else if (entry.kind === 'action') this.#actions.push(entry);
    else if (entry.kind === 'transfer') this.#transfers.push(entry);
    else if (entry.kind === 'sms') this.#sms.push(entry);
    else if (entry.kind === 'turn') {
      this.#turn = [];
      this.#used = 0;
      this.#actions = [];
    }
  }

  /** Waits for a text to be heard, word for word: a sentence that is cut before it does not count. */
  async #hears({ anyOf, withinMs }: StepOf<'hears'>): Promise<string | undefined> {
    const wanted = anyOf.map((pattern) => pattern.source).join(' or ');
    for (;;) {
      const match = this.#match(anyOf);
      if (match && match.heardInMs <= 0) {
        this.#used = match.end;
        const afterMs = match.startedAtMs - this.#stepStartedMs;
        if (withinMs === undefined || afterMs <= withinMs) return undefined;
        return `expected to hear ${wanted} within ${seconds(withinMs)}, it began after ${seconds(afterMs)}`;
      }
      if (!(await this.#nextEntry(withinMs, match?.heardInMs))) {
        const limit = withinMs === undefined ? '' : ` within ${seconds(withinMs)}`;
        return `expected to hear ${wanted}${limit}; ${this.#situation()}`;
      }
    }
  }

  /** Looks for a text in the turn so far, including the rest of the sentence that plays. */
  #match(anyOf: Pattern[]): { end: number; startedAtMs: number; heardInMs: number } | undefined {
    const texts = this.#turn.map((utterance) => utterance.heardText ?? utterance.text);
    const all = texts.join(' ');
    for (const pattern of anyOf) {
      const found = pattern.findEnd(all.slice(this.#used));
      if (found === undefined) continue;
      const end = this.#used + found;
      let before = 0;
      for (const [i, utterance] of this.#turn.entries()) {
        const text = texts[i] as string;
        if (end > before + text.length) {
          before += text.length + 1;
          continue;
        }
        const { startedAtMs, durationMs } = utterance;
        const spokenMs = (durationMs * (end - before)) / Math.max(1, text.length);
        const playing = utterance.heardText === undefined;
        return { end, startedAtMs, heardInMs: playing ? startedAtMs + spokenMs - this.#call.nowMs : 0 };
      }
    }
    return undefined;
  }

  #heardOf(utterance: Utterance): string {
    const { heardText, text, startedAtMs, durationMs } = utterance;
    return heardText ?? heardPart(text, this.#call.nowMs - startedAtMs, durationMs);
  }

  async #patiently<T>(find: () => T | undefined, withinMs: number | undefined): Promise<T | undefined> {
    for (;;) {
      const found = find();
      if (found || !(await this.#nextEntry(withinMs))) return found;
    }
  }

  /**
   * Waits for the next thing to happen, or `wakeMs`. False when there is nothing left to wait for: the call is over,
   * `withinMs` since the start of the step has passed, or it has been silent for too long.
   */
  async #nextEntry(withinMs: number | undefined, wakeMs?: number): Promise<boolean> {
    const call = this.#call;
    if (call.state === 'over') return false;
    const entries = this.#entries;
    const busy = call.agentIsSpeaking || call.state === 'transferring';
    const quietSinceMs = Math.max(this.#stepStartedMs, this.#lastSoundMs);
    const untilMs = withinMs === undefined ? quietSinceMs + this.#patienceMs : this.#stepStartedMs + withinMs;
    const leftMs = busy ? Number.POSITIVE_INFINITY : untilMs - call.nowMs;
    if (leftMs <= 0) return false;
    await call.until(() => this.#entries !== entries, Math.min(leftMs, wakeMs ?? Number.POSITIVE_INFINITY));
    return true;
  }

  async #afterReaction(forMs = 0): Promise<void> {
    const reacted = () => this.#turn.length > 0 || this.#call.state === 'over';
    await this.#call.until(reacted, REACTION_MS);
    await this.#call.agentFinished();
    if (forMs > 0) await this.#call.silence(forMs);
  }

  #situation(): string {
    const heard = this.#turn.map((utterance) => this.#heardOf(utterance)).join(' ');
    const said = heard ? `heard ${quoted(heard)}` : 'heard nothing';
    return this.#call.end ? `${said}, then ${this.#call.end.reason}` : said;
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const quoted = (text: string) => JSON.stringify(text);
const matches = (pattern: Pattern, text: string) => pattern.findEnd(text) !== undefined;

/** Whether an action is the one a script names: in the words of every network, or in the network's own. */
const isDone = ({ does, action }: EntryOf<'action'>, name: string) =>
  does === agentActionOf(name) || action.type === name;
const hasFields = ({ fields, action }: EntryOf<'action'>, wanted: Record<string, unknown> | undefined) =>
  contains(fields, wanted) || contains(action, wanted);

/** Whether `actual` has all of `wanted`, at any depth; arrays are compared as a whole. */
function contains(actual: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) {
    return JSON.stringify(actual) === JSON.stringify(wanted);
  }
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([key, value]) =>
    contains((actual as Record<string, unknown>)[key], value),
  );
}
