/** AudioCodes Bot API on the wire: activities both ways, parameters, ends (spec 1.7, 1.9, 2.2, 3, 4). */

/** One activity, gateway to bot (spec 1.7). */
export interface Activity {
  id: string;
  timestamp: string;
  language: string;
  type: 'message' | 'event';
  /** Events. */
  name?: string;
  /** Messages. */
  text?: string;
  value?: unknown;
  parameters?: Record<string, unknown>;
}

export type Parameters = Record<string, unknown>;

/** One activity, bot to gateway (spec 1.7), after it was judged. */
export interface BotActivity {
  type: 'message' | 'event';
  id?: string;
  timestamp?: string;
  text?: string;
  name?: string;
  value?: unknown;
  activityParams?: Parameters;
  sessionParams?: Parameters;
}

/** Why a conversation ended (spec 1.9); an open set on the wire, these are the ones that are sent. */
export type ReasonCode =
  | 'client-disconnected'
  | 'bot-disconnected'
  | 'transferred'
  | 'machine-detected'
  | 'error'
  | 'no-answer'
  | 'busy'
  | 'declined';

export interface EndReason {
  reasonCode: ReasonCode;
  reason: string;
  sipHeaders?: { name: string; value: string }[];
}

/** Wires between the gateway and a bot: W1, W1 with W1a, W2 (spec 0.3). */
export type Wire = 'http' | 'http+ws' | 'ws';

/** What a caller hears of an activity's text: the text, or the words inside the SSML (spec 4.1). */
export const isSsml = (text: string): boolean => text.trimStart().startsWith('<speak');

/** What is said of an activity before it gets its id, time and language. */
export type Announcement =
  | { type: 'message'; text: string; parameters?: Record<string, unknown> }
  | { type: 'event'; name: string; value?: unknown; parameters?: Record<string, unknown> };
