import type { CallInfo } from '@jovo-telephony/platform-base';
import type { GatewayEvent } from './events/event-values';
import type { SessionParams } from './parameters/parameters';
import type { SessionFacts } from './session/session';
import type { Activity } from './wire';

/** One event of a call, as handlers see it. */
export type AudiocodesEvent = GatewayEvent & {
  /** Id of the conversation. */
  callId: string;
  /** What is known of the call by now. */
  info?: Partial<CallInfo> & { id: string };
};

/** A text message that a gateway of ours sends, in its place among the activities. It never gets on the wire. */
export interface SmsAction {
  type: 'sms';
  id: string;
  callId: string;
  number: string;
  text: string;
}

export type AudiocodesAction = Activity | SmsAction;

/** What only this network needs to remember of a call. Plain data. */
export interface AudiocodesNotes {
  /** How the gateway talks to us. In HTTP mode it must give a sign of life, in WebSocket mode it is connected. */
  mode?: 'http' | 'websocket';
  /** What a creation or a session has told, by name: added to what the start tells. */
  attributes?: Readonly<Record<string, string>>;
  started?: true;
  /** What the profile has set for the whole call. */
  settings?: SessionParams;
  /** The gateway has our settings. */
  configured?: true;
  /** Language of the first words, if they named one. */
  firstLanguage?: string;
  /** The last prompt asked for an entry of keys; its value ends it, or is empty. */
  collecting?: string;
  /** The gateway tells us when a prompt has been heard. */
  reportsPlayback?: true;
  /** When the first prompt since the caller's last words left. */
  speakingSinceMs?: number;
  /** A prompt was cut off then. */
  cutOffAtMs?: number;
  /** An answering machine plays its greeting, so that whatever is said is not meant for us. */
  machineTalks?: true;
  /** The call is between others, and nobody hears us. */
  assist?: true;
  /** What was agreed on in WebSocket mode: it holds on the next socket, too. */
  session?: SessionFacts;
}

/** The types of this network. */
export interface Audiocodes {
  event: AudiocodesEvent;
  action: AudiocodesAction;
  notes: AudiocodesNotes;
}

export function isActivity(action: AudiocodesAction): action is Activity {
  return action.type !== 'sms';
}
