/** What the gateway does with each activity of the bot: one table, one method per kind (spec 4). */
import type { EndedBy, TransferOutcome, Utterance } from '../call-log';
import type { ResolvedCallOptions } from '../call-options';
import type { TimerHandle } from '../clock';
import type { RoomHost } from '../network';
import { type CutBy, type Hearing, Playback, type Sound } from '../playback';
import type { ResolvedGatewayOptions } from './options';
import { type Prompt, Prompts } from './prompts';
import type { Scope } from './scope';
import { speakerResult } from './speaker-verification';
import type { Announcement, BotActivity, EndReason } from './wire';
import { doneBy, numberOf } from './wire-rules';

/** What this side needs of the conversation around it. */
export interface GatewayHost extends RoomHost {
  /** Sends an activity to the bot that it may react to or not. */
  inform(announcement: Announcement): void;
  /** The bot's first sound: the SIP call is answered now (spec 3.1). */
  answer(): void;
  /** A prompt that was queued begins. */
  promptBegins(prompt: Prompt): void;
  /** Everything that was queued has been played, or was purged. */
  promptsAreOver(): void;
  /** The bot lets the caller go to another phone: nothing is understood any more. */
  deaf(): void;
  /** The caller is back after a transfer that failed; the bot is told and should speak. */
  comeBack(announcement: Announcement): void;
  /** The call ends, for this reason on the wire. */
  finish(by: EndedBy, reason: string, cutBy: CutBy, end: EndReason): void;
}

type Doer = (activity: BotActivity, batch: number) => void | Promise<void>;

/** How long the other phone rings before these outcomes. */
const RING_MS: Record<Exclude<TransferOutcome, 'no_answer'>, number> = {
  answered: 3000,
  busy: 1000,
  declined: 4000,
};

const TRANSFER_FAILURES: Record<
  Exclude<TransferOutcome, 'answered'>,
  { reasonCode: string; reason: string }
> = {
  no_answer: { reasonCode: 'no-answer', reason: 'SIP ;cause=408 ;text="Request Timeout"' },
  busy: { reasonCode: 'busy', reason: 'SIP ;cause=486 ;text="Busy Here"' },
  declined: { reasonCode: 'declined', reason: 'SIP ;cause=603 ;text="Decline"' },
};

export class GatewaySide {
  readonly playback: Playback;
  readonly prompts: Prompts;
  readonly #host: GatewayHost;
  readonly #options: ResolvedCallOptions;
  readonly #gateway: ResolvedGatewayOptions;
  readonly #scope: Scope;
  readonly #outcomes: TransferOutcome[];
  readonly #doers: Record<string, Doer>;
  #utterance: Utterance | undefined;
  #ringTimer: TimerHandle;
  #ringing = false;
  #recording: 'off' | 'on' | 'paused' = 'off';
  /** What follows when the prompts before it are over: a hang-up, a transfer. */
  #next: (() => void) | undefined;
  /** After this the bot has nothing to say any more (spec 4.3, 2.1). */
  #lastWord: 'hangup' | 'transfer' | undefined;

  constructor(
    host: GatewayHost,
    options: ResolvedCallOptions,
    gateway: ResolvedGatewayOptions,
    scope: Scope,
  ) {
    this.#host = host;
    this.#options = options;
    this.#gateway = gateway;
    this.#scope = scope;
    this.#outcomes = typeof options.transfer === 'string' ? [options.transfer] : [...options.transfer];
    this.prompts = new Prompts(scope, {
      charactersPerSecond: options.charactersPerSecond,
      instant: options.playback === 'instant',
      language: options.language ?? 'de-DE',
      ttsCache: gateway.ttsCache,
    });
    this.playback = new Playback(options.clock, {
      started: (sound) => this.#started(sound as Prompt),
      ended: (sound, hearing) => this.#ended(sound as Prompt, hearing),
      ranDry: () => this.#promptsAreOver(),
      speechEnded: () => undefined,
      inputTimedOut: () => undefined,
    });
    const event =
      (what: string): Doer =>
      (activity) =>
        host.log.add('done', { what, details: { ...activity.activityParams } });
    this.#doers = {
      message: (activity, batch) => this.play(this.prompts.speech(activity, batch)),
      playUrl: (activity, batch) => this.#playUrl(activity, batch),
      hangup: (activity) => this.#hangUp(activity),
      transfer: (activity, batch) => this.#transfer(activity, batch),
      handover: (activity, batch) => this.#transfer(activity, batch),
      config: () => undefined,
      abortPrompts: () => this.abort('barge_in'),
      expectAnotherBotMessage: () => scope.addToActivity({ expectAnotherBotMessage: true }),
      sendMetaData: (activity) =>
        host.log.add('done', { what: 'sendMetaData', details: activity.value as Record<string, unknown> }),
      sendDtmf: event('sendDtmf'),
      startCallRecording: (activity) => this.#record(activity, 'off', 'on'),
      stopCallRecording: (activity) => this.#record(activity, 'on', 'off'),
      pauseCallRecording: (activity) => this.#record(activity, 'on', 'paused'),
      resumeCallRecording: (activity) => this.#record(activity, 'paused', 'on'),
      startRecognition: event('startRecognition'),
      stopRecognition: event('stopRecognition'),
    };
  }

  get ringing(): boolean {
    return this.#ringing;
  }

  /** Whether the bot has hung up or transferred, so that nothing of the caller concerns it any more. */
  get isLeaving(): boolean {
    return this.#lastWord !== undefined;
  }

  /** Runs one activity that was judged. */
  async do(activity: BotActivity, batch: number): Promise<void> {
    const name = activity.name ?? activity.type;
    if (this.#lastWord) return this.judgeLate(activity);
    this.#host.log.add('action', { ...doneBy(activity), action: { ...activity } });
    this.#applyParameters(activity);
    const doer = this.#doers[name];
    if (doer) await doer(activity, batch);
    else this.#verifySpeaker(name);
    this.#host.changed();
  }

  /** Nothing may follow a hang-up, and nothing a transfer until it has failed (spec 2.1, 4.3). */
  judgeLate({ name, type }: BotActivity): void {
    if (!this.#lastWord) return;
    const sentence = `The bot sent ${name ?? type} after ${this.#lastWord}.`;
    const spec = this.#lastWord === 'hangup' ? '2.1' : '4.3';
    this.#host.log.violation(`after.${this.#lastWord}`, sentence, spec);
  }

  /** Plays behind what waits. */
  play(prompt: Prompt): void {
    this.#host.answer();
    this.playback.enqueue(prompt);
  }

  /** Stops what plays and forgets what waits; a hang-up or transfer behind it happens now. */
  abort(cutBy: CutBy): void {
    if (!this.playback.current) return;
    this.playback.stop(cutBy);
    this.#promptsAreOver();
  }

  stop(cutBy: CutBy): void {
    this.#options.clock.clearTimeout(this.#ringTimer);
    this.#ringing = false;
    this.#next = undefined;
    this.playback.close(cutBy);
  }

  #applyParameters({ type, name, sessionParams, activityParams }: BotActivity): void {
    this.#scope.setSession(sessionParams);
    const sounds = type === 'message' || name === 'playUrl';
    // Those of a sound hold from its beginning; those of other events join what holds now (spec 5.1).
    if (!sounds) this.#scope.addToActivity(activityParams);
    // What is said of the whole call outlives the activity that says it.
    const { botOperationResult, botOperationData } = activityParams ?? {};
    if (botOperationResult !== undefined) this.#scope.setSession({ botOperationResult });
    if (botOperationData !== undefined) this.#scope.setSession({ botOperationData });
    const background = { ...sessionParams, ...activityParams }.backgroundPlayURL;
    if (background !== undefined) this.#host.log.add('background', { on: background !== null });
  }

  async #playUrl({ activityParams = {} }: BotActivity, batch: number): Promise<void> {
    const url = activityParams.playUrlUrl as string;
    const format = this.#scope.get<string>('playUrlMediaFormat', activityParams) as string;
    const altText = activityParams.playUrlAltText as string | undefined;
    const prompt = await this.prompts.file(url, format, altText, activityParams, batch);
    if (!('fault' in prompt)) return this.play(prompt);
    this.#host.log.violation('playUrl.playUrlUrl', `playUrl: the audio ${prompt.fault}.`, '4.2');
    const reason = 'an audio file could not be played';
    this.#host.finish('network', reason, 'call_end', { reasonCode: 'error', reason });
  }

  #started(prompt: Prompt): void {
    const { log, ear } = this.#host;
    this.#scope.beginActivity(prompt.params);
    this.#utterance = {
      kind: prompt.kind,
      text: prompt.text,
      startedAtMs: log.now(),
      durationMs: prompt.durationMs,
      ...(prompt.synthesis ? { synthesis: prompt.synthesis } : {}),
    };
    ear.begins('agent', this.#options.clock.now());
    this.#host.promptBegins(prompt);
    log.add('hears', { utterance: this.#utterance });
    this.#host.changed();
  }

  #ended(prompt: Prompt, hearing: Hearing): void {
    const { log, ear } = this.#host;
    const utterance = this.#utterance as Utterance;
    Object.assign(utterance, hearing);
    ear.ends('agent', this.#options.clock.now());
    log.add('heard', { utterance });
    this.#tellFinished(prompt, hearing);
    // The caller's words purge prompts, not what was to follow them.
    if (hearing.cutBy === 'caller' && this.#next) this.#promptsAreOver();
    this.#host.changed();
  }

  /** `playFinished`, if it is wanted; it names no prompt (spec 3.9). */
  #tellFinished(prompt: Prompt, { heardMs, cutBy }: Hearing): void {
    if (prompt.batch === undefined || this.playback.state === 'closed') return;
    if (!this.#scope.wants('playFinished')) return;
    if (cutBy && this.#gateway.finishedAfterCut === 'none') return;
    const value = { playedDurationMS: Math.round(heardMs), status: cutBy ? 'interrupted' : 'finished' };
    this.#host.inform({ type: 'event', name: 'playFinished', value });
  }

  #promptsAreOver(): void {
    const next = this.#next;
    this.#next = undefined;
    if (next) next();
    else this.#host.promptsAreOver();
    this.#host.changed();
  }

  /** Runs `next` when what is queued now has been played; at once when nothing is. */
  #afterPrompts(next: () => void): void {
    if (this.playback.current) this.#next = next;
    else next();
  }

  #hangUp({ activityParams = {} }: BotActivity): void {
    this.#lastWord = 'hangup';
    this.#host.deaf();
    const reason = (activityParams.hangupReason as string | undefined) ?? 'Bot Side';
    const sipHeaders = activityParams.hangupSipHeaders as EndReason['sipHeaders'];
    this.#afterPrompts(() =>
      this.#host.finish('agent', 'the agent hung up', 'hangup', {
        reasonCode: 'bot-disconnected',
        reason,
        ...(sipHeaders ? { sipHeaders } : {}),
      }),
    );
  }

  #transfer({ activityParams = {} }: BotActivity, batch: number): void {
    this.#lastWord = 'transfer';
    this.#host.deaf();
    if (this.#gateway.transferCutsEarlier) {
      this.playback.keepOnly((sound: Sound) => (sound as Prompt).batch === batch, 'transfer');
    }
    const to = numberOf(this.#scope.get<string>('transferTarget', activityParams) as string);
    this.#afterPrompts(() => this.#ring(to));
  }

  #ring(to: string): void {
    const { log, ear } = this.#host;
    const outcome = (this.#outcomes.length > 1 ? this.#outcomes.shift() : this.#outcomes[0]) ?? 'answered';
    this.#ringing = true;
    log.add('transfer', { to });
    ear.begins('ringing', this.#options.clock.now());
    const timeoutMs = this.#gateway.transferTimeoutSeconds * 1000;
    const rings = outcome === 'no_answer' ? timeoutMs : Math.min(RING_MS[outcome], timeoutMs);
    const ringMs = this.#options.playback === 'instant' ? 0 : rings;
    this.#ringTimer = this.#options.clock.setTimeout(() => this.#transferEnds(to, outcome), ringMs);
    this.#host.changed();
  }

  #transferEnds(to: string, outcome: TransferOutcome): void {
    const { log, ear } = this.#host;
    const { regainControl } = this.#gateway;
    this.#ringing = false;
    log.add('transfer_result', { to, outcome });
    if (outcome === 'answered') {
      if (regainControl) this.#host.inform(transferStatus({ status: 'answered' }));
      const end: EndReason = { reasonCode: 'transferred', reason: 'Transferred' };
      return void this.#host.finish('transfer', `connected to ${to}`, 'transfer', end);
    }
    const failure = TRANSFER_FAILURES[outcome];
    if (!regainControl) {
      const reason = `the transfer failed (${outcome}) and the bot cannot regain control`;
      return void this.#host.finish('network', reason, 'transfer', {
        reasonCode: 'error',
        reason: failure.reason,
      });
    }
    this.#lastWord = undefined;
    const nowMs = this.#options.clock.now();
    ear.ends('ringing', nowMs);
    ear.connected(nowMs);
    log.add('connected', { again: true });
    this.#host.comeBack(transferStatus({ status: 'failed', ...failure }));
    this.#host.changed();
  }

  #record(activity: BotActivity, from: string, to: 'off' | 'on' | 'paused'): void {
    const what = activity.name as string;
    const stopsPaused = to === 'off' && this.#recording === 'paused';
    if (this.#recording !== from && !stopsPaused) {
      const sentence = `${what} does nothing: the recording is ${this.#recording}.`;
      return void this.#host.log.add('warning', { sentence });
    }
    this.#recording = to;
    this.#host.log.add('done', { what, details: { ...activity.activityParams } });
  }

  #verifySpeaker(name: string): void {
    this.#host.log.add('done', { what: name, details: {} });
    const result = speakerResult(name);
    if (result && this.#scope.wants(result.name)) this.#host.inform(result);
  }
}

const transferStatus = (value: Record<string, string>): Announcement => ({
  type: 'event',
  name: 'transferStatus',
  value,
});
