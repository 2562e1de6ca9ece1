/** What can be chosen about a gateway, beside the call itself; everything has a default. */
import type { OAuthClient } from './credentials';
import { OFFERED_FORMATS } from './media-formats';
import { TtsCache } from './tts-cache';
import type { Parameters } from './wire';

/** How an outbound call goes on after the conversation was opened (spec 7.5). */
export interface Dialout {
  /** `target` of the request, as given. */
  target: string;
  metadata?: Record<string, unknown>;
  /** Present: `dialoutInitiated` is sent, and the call waits here until the callee answers or does not. */
  callee?: Promise<DialoutFailure | undefined>;
  /** The bot is told of the call before anybody answers. */
  announce: boolean;
  /** Called when that is out. */
  announced?: () => void;
}

export interface DialoutFailure {
  reasonCode: 'no-answer' | 'busy' | 'declined' | 'error';
  reason: string;
}

export interface Participant {
  participant: string;
  uriUser: string;
  uriHost: string;
  displayName?: string;
}

/** The gateway's side of an AudioCodes call (`CallOptions.audiocodes`). */
export interface GatewayOptions {
  /** Name of the bot on the gateway. */
  botName?: string;
  /** Parameters that the administrator has set, by their wire names (spec 5); the bot's values beat them. */
  config?: Parameters;
  /** The gateway gets its bearer token from here instead of having a permanent one (spec 1.3). */
  oauth?: OAuthClient;
  /** Further attributes of `start`: mapped SIP headers, `sipHeaders`, anything (spec 3.1). */
  startParameters?: Record<string, unknown>;
  /** `false`: the administrator has suppressed the `start` event; the first thing is a message (spec 3.1). */
  sendStart?: boolean;
  /** A text that is sent as the first utterance (spec 6.2.3 of the product). */
  firstMessage?: string;
  /** A message that the gateway itself says first (6.2.4 of the product). */
  welcome?: string;
  /** How long the caller lets it ring before the bot's first message. Default 30,000 ms. */
  ringMs?: number;
  /** Whether the bot gets `transferStatus` and can go on after a failed transfer (spec 3.5). Default true. */
  regainControl?: boolean;
  /** Whether a transfer cuts prompts that came in an earlier array (spec 4.3). Default true, the worst case. */
  transferCutsEarlier?: boolean;
  /** How long another phone rings without an answer. Default 30 s. */
  transferTimeoutSeconds?: number;
  /** `playFinished` of a prompt that was cut: `interrupted`, or none (spec 3.9: not stated). */
  finishedAfterCut?: 'interrupted' | 'none';
  /** How long a single key waits for the acknowledgement of the one before. Default 3,000 ms. */
  dtmfAckTimeoutMs?: number;
  /** Confidence of every recognised utterance. */
  confidence?: number;
  /** Whether the address is validated before the call (spec 1.4). Default true, false when playback is instant. */
  validate?: boolean;
  /** HTTP, real time: an activity without an answer for this long is sent again. Default 10,000 ms. */
  answerTimeoutMs?: number;
  /** HTTP: how often an activity is sent again, with the same id, when it was not answered. Default 1. */
  retries?: number;
  /** HTTP: pause before such a repeat after a failure. Default 300 ms. */
  retryPauseMs?: number;
  /** HTTP: the creation, every activity and the disconnect are sent twice (spec 1.5, 1.9, 1.12). */
  repeatEach?: boolean;
  /** HTTP: share of `expiresSeconds` after which the conversation is refreshed. Default 0.6. */
  refreshAt?: number;
  /** WebSocket: media formats that are offered, in order of preference (spec 2.3). */
  formats?: readonly string[];
  /** WebSocket: whose audio goes over the wire (`directSTT`, `directTTS`). Default: text both ways. */
  audio?: { caller: boolean; bot: boolean };
  /** WebSocket, real time: pauses before each attempt to resume a lost connection. Default 100, 500 and 1,000 ms. */
  resumePausesMs?: readonly number[];
  /** Shared by all calls of a gateway. */
  ttsCache?: TtsCache;
  /** Agent assist: the parties of the call that is listened to (spec 10). */
  participants?: Participant[];
  /** Made by the dialout API. */
  dialout?: Dialout;
}

/** Options with every default filled in. */
export type ResolvedGatewayOptions = ReturnType<typeof resolveGatewayOptions>;

export function resolveGatewayOptions(options: GatewayOptions = {}, instant = false) {
  return {
    botName: 'phone-simulator',
    config: {} as Parameters,
    sendStart: true,
    ringMs: 30_000,
    regainControl: true,
    transferCutsEarlier: true,
    transferTimeoutSeconds: 30,
    finishedAfterCut: 'interrupted' as const,
    dtmfAckTimeoutMs: 3000,
    confidence: 0.93,
    validate: !instant,
    answerTimeoutMs: 10_000,
    retries: 1,
    retryPauseMs: 300,
    repeatEach: false,
    refreshAt: 0.6,
    formats: OFFERED_FORMATS,
    audio: { caller: false, bot: false },
    resumePausesMs: [100, 500, 1000],
    ttsCache: new TtsCache(),
    ...options,
  };
}
