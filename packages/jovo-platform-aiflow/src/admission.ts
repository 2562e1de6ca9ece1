import { type RawAction, writeAction } from './actions';
import type { SipgateAiflowConfig, StockPhrases } from './config';
import { eventRule } from './events';
import { type DraftResponse, SipgateAiflowResponse } from './SipgateAiflowResponse';
import type { Turn } from './turn';
import { mergeSpeech } from './utterance';
import type { AiflowAction } from './wire';

/** What admission needs to know of the platform. */
export interface AdmissionRules {
  config: Pick<SipgateAiflowConfig, 'tts' | 'bargeIn' | 'userInputTimeoutSec'>;
  strict: boolean;
  phrases: StockPhrases;
  warn(warning: string): void;
}

/** Why nothing may be said for this turn any more (spec 4.5, 5.2), or undefined. */
export function refusal({ call, event, signal }: Turn): string | undefined {
  if (eventRule(event.type).acceptsNoAction) return `${event.type} takes no action`;
  if (call.closed) return 'the call was hung up or transferred';
  if (call.ended) return 'the call is over';
  if (call.maySpeak(signal) === 'never') return 'the caller has gone on speaking';
  return undefined;
}

/** What a caller does not miss when it cannot be sent. For the rest a turn must not end in silence. */
const UNHEARD = new Set(['mix_audio', 'barge_in', 'configure_transcription', 'configure_voice_to_voice']);

/** Checks, completes and joins what the app wants to happen. What it returns satisfies the wire, or is not in it. */
export function admit(draft: DraftResponse, turn: Turn, rules: AdmissionRules): SipgateAiflowResponse {
  const response = new SipgateAiflowResponse();
  if (draft.drafts.length === 0) return response;
  const refused = refusal(turn);
  if (refused) {
    rules.warn(`${draft.drafts.length} output(s) dropped: ${refused}`);
    return response;
  }
  let faulty = false;
  for (const { action: raw, afterSpeech } of draft.drafts) {
    const { action, faults } = writeAction(withDefaults(raw, rules.config), sessionId(raw, turn));
    for (const fault of faults) report(`${String(raw.type)}: ${fault}`, rules);
    if (action) (afterSpeech ? response.afterSpeech : response.actions).push(turn.call.keepLanguages(action));
    else faulty ||= faults.length > 0 && !UNHEARD.has(String(raw.type));
  }
  const nothingLeft = response.actions.length === 0 && response.afterSpeech.length === 0;
  // Where nobody waits for an answer, an apology would answer itself: its own end is the next event.
  if (faulty && nothingLeft && eventRule(turn.event.type).awaitsAnswer) {
    response.actions.push(...apology(turn, rules));
  }
  response.actions = mergeSpeech(response.actions);
  if (turn.call.maySpeak(turn.signal) === 'now') return response;
  turn.call.hold(response);
  return new SipgateAiflowResponse();
}

/** A spoken sentence for when everything else has failed; nothing where there is nothing to be said. */
export function apology(turn: Turn, rules: AdmissionRules): AiflowAction[] {
  return speak(rules.phrases.sorry(languageOf(turn, rules)), turn, rules);
}

/** Hold phrase number `attempt` of one wait. */
export function holdPhrase(attempt: number, turn: Turn, rules: AdmissionRules): AiflowAction[] {
  return speak(rules.phrases.hold(languageOf(turn, rules), attempt), turn, rules);
}

/** Stock phrases may be switched off by a blank text. */
function speak(text: string, turn: Turn, rules: AdmissionRules): AiflowAction[] {
  const { action } = writeAction(withDefaults({ type: 'speak', text }, rules.config), turn.call.session.id);
  return action ? [action] : [];
}

function languageOf({ call }: Turn, { config }: AdmissionRules): string | undefined {
  return call.language ?? config.tts?.language;
}

function sessionId(raw: RawAction, turn: Turn): string {
  return typeof raw.session_id === 'string' && raw.session_id !== '' ? raw.session_id : turn.call.session.id;
}

/** The configured voice, interruption and timeout, where an utterance has none of its own. */
function withDefaults(raw: RawAction, config: AdmissionRules['config']): RawAction {
  if (raw.type !== 'speak') return raw;
  return {
    ...raw,
    tts: raw.tts ?? config.tts,
    barge_in: raw.barge_in ?? config.bargeIn,
    user_input_timeout_seconds: raw.user_input_timeout_seconds ?? config.userInputTimeoutSec,
  };
}

function report(fault: string, rules: AdmissionRules): void {
  if (rules.strict) throw new Error(`AI Flow action not sent as given. ${fault}`);
  rules.warn(fault);
}
