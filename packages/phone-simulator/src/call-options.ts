/** Everything that can be chosen about a simulated call, with its default. */
import { randomUUID } from 'node:crypto';
import type { GatewayOptions } from './audiocodes/options';
import type { TransferOutcome } from './call-log';
import { type Clock, realClock } from './clock';
import { urlFor } from './connection';
import { SimulatorError } from './errors';
import { PLAYBACK_DEFAULTS, type PlaybackOptions } from './playback';
import type { Transport } from './sipgate/transport';
import { speechRate } from './speech';

/** Networks the simulator can be. */
export const NETWORKS = ['sipgate', 'audiocodes'] as const;
export type Network = (typeof NETWORKS)[number];

/** Ways to the agent: requests, requests and a socket for what it pushes, one socket for both. */
export const WIRES = ['http', 'http+ws', 'ws'] as const;
export type Wire = (typeof WIRES)[number];

/** Which wires a network has, the usual one first, and where an agent is by default. */
export const NETWORK_WIRES: Readonly<Record<Network, readonly Wire[]>> = {
  sipgate: ['ws', 'http'],
  audiocodes: ['http', 'http+ws', 'ws'],
};
export const DEFAULT_URLS: Readonly<Record<Network, string>> = {
  sipgate: 'ws://127.0.0.1:3000/sipgate',
  audiocodes: 'http://127.0.0.1:3000/audiocodes',
};

/** sipgate's names of two of the wires. */
export const TRANSPORTS = ['websocket', 'http'] as const;
export const TRANSFER_OUTCOMES: readonly TransferOutcome[] = ['answered', 'no_answer', 'busy', 'declined'];

/** Options of a `SimulatedCall`; only `url` has no sensible default for a program. */
export interface CallOptions extends Partial<PlaybackOptions> {
  /** Where the agent is reached; the scheme is adapted to the wire. */
  url: string;
  network?: Network;
  /** Default: what the scheme of `url` says. */
  wire?: Wire;
  /** sipgate: the same in its own words. */
  transport?: Transport['kind'];
  /** Secret, sent as the network sends it. */
  token?: string;
  /** Calling number as on the wire; `''` is an anonymous caller. */
  from?: string;
  /** Called number as on the wire. */
  to?: string;
  direction?: 'inbound' | 'outbound';
  accountId?: string;
  /** Id of the call on the wire; default a random UUID. */
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
  /** The gateway's side of an AudioCodes call. */
  audiocodes?: GatewayOptions;
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
  const network = options.network ?? 'sipgate';
  const wire = wireOf(network, options);
  const transport = wire === 'ws' ? 'websocket' : 'http';
  return {
    ...PLAYBACK_DEFAULTS,
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
    network,
    wire,
    transport: transport as Transport['kind'],
    url: urlFor(transport, options.url),
  };
}

function wireOf(network: Network, { wire, transport, url }: CallOptions): Wire {
  const wires = NETWORK_WIRES[network];
  const byScheme = /^http/i.test(url) ? 'http' : 'ws';
  const chosen = wire ?? (transport === 'websocket' ? 'ws' : transport) ?? byScheme;
  if (wires.includes(chosen)) return chosen;
  const message = `${network} has no wire "${chosen}"; it has ${wires.join(', ')}.`;
  throw new SimulatorError('SIM_USAGE', message);
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
