/** Everything that can be chosen about a simulated call, with its default. */
import { randomUUID } from 'node:crypto';
import type { TransferOutcome } from './call-log';
import { type Clock, realClock } from './clock';
import { urlFor } from './connection';
import { PLAYBACK_DEFAULTS, type PlaybackOptions } from './playback';
import type { Transport } from './sipgate/transport';
import { speechRate } from './speech';

/** Networks the simulator can be. */
export const NETWORKS = ['sipgate'] as const;
export type Network = (typeof NETWORKS)[number];

export const TRANSPORTS = ['websocket', 'http'] as const;
export const TRANSFER_OUTCOMES: readonly TransferOutcome[] = ['answered', 'no_answer', 'busy', 'declined'];
export const DEFAULT_URL = 'ws://127.0.0.1:3000/sipgate';

/** Options of a `SimulatedCall`; only `url` has no sensible default for a program. */
export interface CallOptions extends Partial<PlaybackOptions> {
  /** Where the agent is reached; the scheme is adapted to the transport. */
  url: string;
  /** Default: what the scheme of `url` says. */
  transport?: Transport['kind'];
  /** Secret sent as `X-API-TOKEN` (spec 2). */
  token?: string;
  network?: Network;
  /** Calling number as on the wire; `''` is an anonymous caller. */
  from?: string;
  /** Called number as on the wire. */
  to?: string;
  direction?: 'inbound' | 'outbound';
  accountId?: string;
  /** `session.id`; default a random UUID. */
  sessionId?: string;
  /** BCP-47; only decides how fast is spoken. */
  language?: string;
  clock?: Clock;
  /** `instant`: speech of both sides takes 0 ms. For load, not for judging a conversation. */
  playback?: 'real' | 'instant';
  /** `instant`: only the caller's words take 0 ms (they were typed). Default: as `playback`. */
  talking?: 'real' | 'instant';
  charactersPerSecond?: number;
  /** Silence after which the caller's turn is over, until the agent sets `vad` (spec 10: default unpublished). */
  endOfTurnMs?: number;
  /** Silence after which a polite caller takes the agent to have finished. Default 300 ms; 0 if playback is instant. */
  settleMs?: number;
  /** How long a polite caller waits for an answer to what they said last. Default 3,000 ms. */
  answerMs?: number;
  /** Whether `assistant_speak` is sent: some voices omit it (spec 6.6). */
  assistantSpeak?: boolean;
  /** Words spoken over speech that may not be interrupted (spec 9: not stated). */
  protectedSpeech?: 'delivered' | 'after_playback' | 'dropped';
  /** How transfers go, in order; the last one stays. */
  transfer?: TransferOutcome | readonly TransferOutcome[];
  /** `failed`: every SMS is followed by `sms_failed` (spec 6.9). */
  sms?: 'sent' | 'failed';
  /** HTTP, real time (spec 3.3). */
  webhookTimeoutMs?: number;
  /** WebSocket, real time: how long frames after the end are waited for. */
  lingerMs?: number;
  /** `false`: entries are passed to listeners but not kept. */
  keepLog?: boolean;
  /** A transport of your own, for an agent in the same process. */
  createTransport?: () => Transport;
}

/** Options with every default filled in. */
export type ResolvedCallOptions = ReturnType<typeof resolveCallOptions>;

/** Fills in the defaults. */
export function resolveCallOptions(options: CallOptions) {
  const instant = options.playback === 'instant';
  const transport = options.transport ?? (/^http/i.test(options.url) ? 'http' : 'websocket');
  return {
    ...PLAYBACK_DEFAULTS,
    network: 'sipgate' as Network,
    from: '4915790000001',
    to: '4921163550',
    direction: 'inbound' as const,
    accountId: '1234567',
    clock: realClock as Clock,
    playback: 'real' as const,
    talking: options.playback ?? ('real' as const),
    charactersPerSecond: speechRate(options.language),
    endOfTurnMs: instant ? 0 : 500,
    settleMs: instant ? 0 : 300,
    answerMs: 3000,
    assistantSpeak: true,
    protectedSpeech: 'delivered' as const,
    transfer: 'answered' as const,
    sms: 'sent' as const,
    keepLog: true,
    ...withoutUndefined(options),
    sessionId: options.sessionId ?? randomUUID(),
    transport,
    url: urlFor(transport, options.url),
  };
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
