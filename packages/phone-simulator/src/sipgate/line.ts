/** The wire of one call: events out in order, answers in and judged, nothing after the end. */
import type { AgentAction, CallLog, EntryFields } from '../call-log';
import type { ArrivedWhen } from '../connection';
import type { Transport } from './transport';
import type { ActionType, EventFields, EventType, Session, SipgateAction, SipgateEvent } from './wire';
import { spokenText } from './wire';
import { readAnswer } from './wire-rules';

export interface LineListener {
  action(action: SipgateAction): void;
  lost(reason: string): void;
}

/** Events whose samples carry only the short session (spec 5.1, trap 2). */
const SHORT_SESSION: ReadonlySet<EventType> = new Set([
  'assistant_speak',
  'assistant_speech_ended',
  'session_end',
]);

/** Events that open a turn of the agent. */
const TURNS: Partial<Record<EventType, EntryFields['turn']['by']>> = {
  session_start: 'start',
  user_speak: 'speech',
  dtmf_received: 'keys',
};

/** Each action in words that hold on every network. */
const DOES: Record<ActionType, AgentAction> = {
  speak: 'speak',
  audio: 'play',
  mix_audio: 'background',
  hangup: 'hang_up',
  barge_in: 'stop_speaking',
  transfer: 'transfer',
  configure_transcription: 'listen',
  configure_voice_to_voice: 'configure',
  send_sms: 'send_sms',
};

function doneBy(action: SipgateAction): { does: AgentAction; fields: Record<string, unknown> } {
  const does = DOES[action.type];
  if (action.type === 'speak') {
    return { does, fields: { text: spokenText(action), voice: action.tts?.voice } };
  }
  if (action.type === 'transfer') return { does, fields: { to: action.target_phone_number } };
  if (action.type === 'send_sms') return { does, fields: { to: action.phone_number, text: action.message } };
  if (action.type === 'mix_audio' && action.stop) return { does: 'background_stop', fields: {} };
  return { does, fields: {} };
}

/** After these the agent has said its last word (spec 4.5). */
function lastWord(action: SipgateAction): string | undefined {
  if (action.type === 'hangup') return 'hangup';
  return action.type === 'transfer' && action.timeout === undefined ? 'transfer without timeout' : undefined;
}

export class Line {
  readonly #transport: Transport;
  readonly #session: Session;
  readonly #log: CallLog;
  readonly #listener: LineListener;
  #lastWord: string | undefined;
  #ended = false;

  constructor(transport: Transport, session: Session, log: CallLog, listener: LineListener) {
    this.#transport = transport;
    this.#session = session;
    this.#log = log;
    this.#listener = listener;
  }

  get pending(): number {
    return this.#transport.pending;
  }

  /** Opens the transport and sends the first `session_start`. */
  async open(): Promise<void> {
    await this.#transport.open({
      answer: (json, when) => this.#answer(json, when),
      violation: (rule, sentence, spec) => this.#violation(rule, sentence, spec),
      response: (to, status, elapsedMs) => this.#log.add('response', { to, status, elapsedMs }),
      lost: (reason) => this.#lost(reason),
    });
    await this.send('session_start', {});
  }

  /** Sends one event, unless the call is over. `user_speech_started` exists on WebSocket only (spec 4.3). */
  send<T extends EventType>(type: T, fields: EventFields[T]): Promise<void> {
    if (this.#ended) return Promise.resolve();
    if (type === 'user_speech_started' && this.#transport.kind === 'http') return Promise.resolve();
    if (type === 'session_end') this.#ended = true;
    const event: SipgateEvent = { type, ...fields, session: this.#sessionFor(type) };
    const by = TURNS[type];
    if (by) this.#log.add('turn', { by });
    this.#log.add('event', { event });
    return this.#transport.send(event);
  }

  /** Lets go without `session_end` (after a transfer that was answered, spec 6.10) or after it. */
  close(): Promise<void> {
    this.#ended = true;
    return this.#transport.close();
  }

  #sessionFor(type: EventType): Session {
    if (!SHORT_SESSION.has(type)) return this.#session;
    const { id, account_id, phone_number } = this.#session;
    return { id, account_id, phone_number };
  }

  #answer(json: unknown, when: ArrivedWhen): void {
    const { actions, violations } = readAnswer(json, this.#session.id);
    for (const { rule, sentence, spec } of violations) this.#violation(rule, sentence, spec);
    for (const action of actions) {
      const what = this.#lastWord ?? (when === 'after_end' ? 'session_end' : undefined);
      if (what) {
        const rule = `after.${what.split(' ')[0]}`;
        this.#violation(rule, `The agent sent ${action.type} after ${what}.`, '4.5');
        continue;
      }
      this.#lastWord = lastWord(action);
      if (when !== 'in_call' || this.#ended) continue;
      this.#log.add('action', { ...doneBy(action), action: { ...action } });
      this.#listener.action(action);
    }
  }

  #violation(rule: string, sentence: string, spec: string): void {
    this.#log.violation(rule, sentence, spec);
  }

  #lost(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#lastWord) this.#violation(`${this.#transport.kind}.lost`, `In mid-call ${reason}.`, '4.1');
    this.#listener.lost(reason);
  }
}
