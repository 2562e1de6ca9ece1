import type { CallAction } from './call-action';

/** The key under which portable actions travel inside a Jovo output template. */
export const PORTABLE = 'telephony';

/** A Jovo output template that every platform of ours understands. `$send` takes it as it is. */
export interface CallOutput {
  [key: string]: unknown;
  platforms: { [PORTABLE]: { actions: CallAction[] } };
}

/** Actions in the order in which they are to happen, as one output: `this.$send(callOutput(say('Hello')))`. */
export function callOutput(...actions: CallAction[]): CallOutput {
  return { platforms: { [PORTABLE]: { actions } } };
}

type ActionOf<T extends CallAction['type']> = Extract<CallAction, { type: T }>;
type SpeakOptions = Omit<ActionOf<'speak'>, 'type' | 'text' | 'ssml'>;

export function say(text: string, options: SpeakOptions = {}): CallAction {
  return { type: 'speak', text, ...options };
}

/** Ends the call; with `after: 'speech'` the goodbye is heard first. */
export function hangUp(options: Omit<ActionOf<'hang_up'>, 'type'> = {}): ActionOf<'hang_up'> {
  return { type: 'hang_up', ...options };
}

export function transfer(options: Omit<ActionOf<'transfer'>, 'type'>): ActionOf<'transfer'> {
  return { type: 'transfer', ...options };
}

export function sendSms(number: string, text: string): CallAction {
  return { type: 'send_sms', number, text };
}
