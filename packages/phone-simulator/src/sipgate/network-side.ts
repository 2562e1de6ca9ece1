/** What sipgate does with each action: one table, one method per action type (spec 8). */
import type { TransferOutcome, Utterance } from '../call-log';
import type { ResolvedCallOptions } from '../call-options';
import type { TimerHandle } from '../clock';
import type { RoomHost } from '../network';
import { type CutBy, DEFAULT_BARGE_IN, type Hearing, Playback, type Sound } from '../playback';
import { speechDurationMs, ssmlBreaksMs } from '../speech';
import type { Line } from './line';
import { readWav } from './wav';
import { type ActionType, type SipgateAction, spokenText, type TransferAction } from './wire';

/** What the network side needs of the call around it. */
export interface NetworkHost extends RoomHost {
  readonly line: Line;
}

type ActionOf<T extends ActionType> = Extract<SipgateAction, { type: T }>;
type Doers = { [T in ActionType]: (action: ActionOf<T>) => void };

/** How long the other phone rings before these outcomes; `no_answer` takes the timeout. */
const RING_MS: Record<Exclude<TransferOutcome, 'no_answer'>, number> = {
  answered: 3000,
  busy: 1000,
  declined: 4000,
};
/** Without a timeout nobody says how long it rings. */
const DEFAULT_RING_SECONDS = 30;
const SMS_FAILS_AFTER_MS = 300;

export class NetworkSide {
  readonly playback: Playback;
  readonly #host: NetworkHost;
  readonly #options: ResolvedCallOptions;
  readonly #outcomes: TransferOutcome[];
  readonly #doers: Doers;
  #utterance: Utterance | undefined;
  #ringTimer: TimerHandle;
  #ringing = false;
  #endOfTurnMs: number;
  /** Words said over protected speech that are to be delivered after it. */
  #heldBack: (() => void)[] = [];

  constructor(host: NetworkHost, options: ResolvedCallOptions) {
    this.#host = host;
    this.#options = options;
    this.#endOfTurnMs = options.endOfTurnMs;
    this.#outcomes = typeof options.transfer === 'string' ? [options.transfer] : [...options.transfer];
    this.playback = new Playback(
      options.clock,
      {
        started: (sound) => this.#started(sound),
        ended: (_sound, hearing) => this.#ended(hearing),
        ranDry: () => host.changed(),
        speechEnded: () => void host.line.send('assistant_speech_ended', {}),
        inputTimedOut: () => {
          host.log.add('input_timeout', {});
          void host.line.send('user_input_timeout', {});
          host.changed();
        },
      },
      options,
    );
    this.#doers = {
      speak: (action) => {
        if (action.vad) this.#endOfTurnMs = action.vad.end_of_turn_silence_ms;
        this.#play(this.#speech(action));
      },
      audio: (action) => this.#play(this.#clip(action)),
      mix_audio: (action) => host.log.add('background', { on: action.stop !== true }),
      hangup: () => host.end('agent', 'the agent hung up', 'hangup', true),
      barge_in: () => this.playback.stop('barge_in'),
      transfer: (action) => this.#transfer(action),
      configure_transcription: (action) => {
        if (action.vad) this.#endOfTurnMs = action.vad.end_of_turn_silence_ms;
      },
      configure_voice_to_voice: () =>
        host.log.add('warning', { sentence: 'Voice-to-voice is not simulated; speak plays as usual.' }),
      send_sms: (action) => this.#sms(action),
    };
  }

  get ringing(): boolean {
    return this.#ringing;
  }

  /** Silence that ends the caller's turn, as the agent set it last (spec 10). */
  get endOfTurnMs(): number {
    return this.#options.talking === 'instant' ? 0 : this.#endOfTurnMs;
  }

  do(action: SipgateAction): void {
    (this.#doers[action.type] as (action: SipgateAction) => void)(action);
    this.#host.changed();
  }

  /** Runs `deliver` when nothing plays any more. */
  afterPlayback(deliver: () => void): void {
    if (this.playback.current) this.#heldBack.push(deliver);
    else deliver();
  }

  close(cutBy: CutBy): void {
    this.#options.clock.clearTimeout(this.#ringTimer);
    this.#ringing = false;
    this.#heldBack = [];
    this.playback.close(cutBy);
  }

  #play(sound: Sound): void {
    if (this.#ringing) {
      const sentence = `Not heard, the call is being transferred: ${JSON.stringify(sound.text)}`;
      this.#host.log.add('warning', { sentence });
    } else this.playback.enqueue(sound);
  }

  #speech(action: ActionOf<'speak'>): Sound {
    const text = spokenText(action);
    const { charactersPerSecond, playback } = this.#options;
    const spokenMs = speechDurationMs(text, charactersPerSecond) + ssmlBreaksMs(action.ssml ?? '');
    const timeoutSeconds = action.user_input_timeout_seconds;
    return {
      kind: 'speak',
      text,
      ssml: action.ssml,
      durationMs: playback === 'instant' ? 0 : spokenMs,
      bargeIn: action.barge_in ?? DEFAULT_BARGE_IN,
      inputTimeoutMs: timeoutSeconds === undefined ? undefined : timeoutSeconds * 1000,
    };
  }

  #clip(action: ActionOf<'audio'>): Sound {
    const reading = readWav(action.audio);
    const clipMs = 'durationMs' in reading ? reading.durationMs : 0;
    return {
      kind: 'audio',
      text: `[audio ${(clipMs / 1000).toFixed(1)} s]`,
      durationMs: this.#options.playback === 'instant' ? 0 : clipMs,
      bargeIn: action.barge_in ?? DEFAULT_BARGE_IN,
    };
  }

  #started(sound: Sound): void {
    const { log, line, ear } = this.#host;
    const startedAtMs = log.now();
    this.#utterance = { kind: sound.kind, text: sound.text, startedAtMs, durationMs: sound.durationMs };
    ear.begins('agent', this.#options.clock.now());
    log.add('hears', { utterance: this.#utterance });
    this.#host.changed();
    if (sound.kind !== 'speak' || !this.#options.assistantSpeak) return;
    const spoken = sound.ssml === undefined ? { text: sound.text } : { ssml: sound.ssml };
    const times = { duration_ms: Math.round(sound.durationMs), speech_started_at: Date.now() };
    void line.send('assistant_speak', { ...spoken, ...times });
  }

  #ended(hearing: Hearing): void {
    const utterance = this.#utterance as Utterance;
    Object.assign(utterance, hearing);
    this.#host.ear.ends('agent', this.#options.clock.now());
    this.#host.log.add('heard', { utterance });
    this.#host.changed();
    const held = this.#heldBack;
    this.#heldBack = [];
    // The next sound may follow at once; asked again in a moment, when that is known.
    for (const deliver of held) this.#options.clock.setTimeout(() => this.afterPlayback(deliver), 0);
  }

  /** Worst case of open question 1: a transfer cuts what plays (spec 8.6). */
  #transfer(action: TransferAction): void {
    const { log, ear } = this.#host;
    if (this.#ringing) {
      log.add('warning', { sentence: 'A transfer while another one rings is not simulated; ignored.' });
      return;
    }
    const outcome = (this.#outcomes.length > 1 ? this.#outcomes.shift() : this.#outcomes[0]) ?? 'answered';
    this.playback.stop('transfer');
    this.#ringing = true;
    log.add('transfer', { to: action.target_phone_number });
    ear.begins('ringing', this.#options.clock.now());
    const timeoutMs = (action.timeout ?? DEFAULT_RING_SECONDS) * 1000;
    const rings = outcome === 'no_answer' ? timeoutMs : Math.min(RING_MS[outcome], timeoutMs);
    const ringMs = this.#options.playback === 'instant' ? 0 : rings;
    this.#ringTimer = this.#options.clock.setTimeout(() => this.#transferEnds(action, outcome), ringMs);
  }

  #transferEnds(action: TransferAction, outcome: TransferOutcome): void {
    const { log, line, ear, end } = this.#host;
    this.#ringing = false;
    log.add('transfer_result', { to: action.target_phone_number, outcome });
    if (outcome === 'answered') {
      end('transfer', `connected to ${action.target_phone_number}`, 'transfer', false);
      return;
    }
    if (action.timeout === undefined) {
      end('network', `the transfer failed (${outcome}) and had no timeout`, 'transfer', true);
      return;
    }
    const nowMs = this.#options.clock.now();
    ear.ends('ringing', nowMs);
    ear.connected(nowMs);
    log.add('connected', { again: true });
    void line.send('session_start', {});
    this.#host.changed();
  }

  #sms(action: ActionOf<'send_sms'>): void {
    const { log, line } = this.#host;
    const outcome = this.#options.sms;
    log.add('sms', { phoneNumber: action.phone_number.replace(/^\+/, ''), message: action.message, outcome });
    if (outcome === 'sent') return;
    this.#options.clock.setTimeout(
      () => void line.send('sms_failed', { reason: 'SMS sending is not enabled for this account' }),
      SMS_FAILS_AFTER_MS,
    );
  }
}
