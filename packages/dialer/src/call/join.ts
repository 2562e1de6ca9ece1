import { phoneDigits } from '@jovo-telephony/telephony';
import { countryOf, dateIn, zoneForDays } from '../campaign/place';
import type { DialStore } from '../store/dial-store';
import { keyOfConversation, noteFact } from './call-facts';
import { type CallKey, KEY_IN_METADATA, streamOf } from './call-key';
import { claimedCall, latestCallTo } from './claim-call';
import type { CallFact } from './outbound-call';

/** What a conversation knows of itself when it begins. */
export interface ConversationStart {
  /** The network's id: `vaigConversationId` or the session. */
  conversationId: string;
  /** `dialoutMetadata`, where the network hands it through. */
  metadata?: Record<string, unknown>;
  /** The number that we have called. */
  number?: string;
}

/** The call that a conversation belongs to. */
export interface JoinedCall {
  key: CallKey;
  /** What the dialer wanted the conversation to know; for networks that do not hand it through. */
  metadata?: Record<string, unknown>;
}

export interface OutboundJoinOptions {
  store: DialStore;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
  /**
   * On a network without metadata a conversation belongs to the latest call to its number, if that was placed no
   * longer ago. Default 2 minutes.
   */
  withinMs?: number;
  /** Told after each fact that was stored. */
  onNoted?(key: CallKey): void;
}

const WITHIN_MS = 120_000;

/**
 * Puts together what belongs to one call of ours: what the network reports, and what the conversation itself sees. Both
 * end up in the records of the call, under its key.
 */
export class OutboundJoin {
  constructor(private readonly options: OutboundJoinOptions) {}

  /**
   * Which call a conversation belongs to: by the key in its metadata, by the id that the network gave it, or by number
   * and time. Undefined for calls that somebody else has placed.
   */
  async find({ conversationId, metadata, number }: ConversationStart): Promise<JoinedCall | undefined> {
    const { store } = this.options;
    const named: unknown = metadata?.[KEY_IN_METADATA];
    // Metadata has been through other hands: only a call that was placed is believed.
    const known = typeof named === 'string' && streamOf(named) ? await claimedCall(store, named) : undefined;
    if (known) return { key: known.key, metadata: known.metadata };
    const byId = await keyOfConversation(store, conversationId);
    if (byId !== undefined) return { key: byId, metadata: (await claimedCall(store, byId))?.metadata };
    return this.byNumber(conversationId, number);
  }

  async note(key: CallKey, fact: CallFact): Promise<void> {
    const { store, wallMs, onNoted } = this.options;
    if (await noteFact(store, key, fact, wallMs())) onNoted?.(key);
  }

  private async byNumber(
    conversationId: string,
    number: string | undefined,
  ): Promise<JoinedCall | undefined> {
    const { store, wallMs, withinMs = WITHIN_MS } = this.options;
    const digits = phoneDigits(number);
    if (digits === undefined) return undefined;
    const e164 = `+${digits}`;
    const nowMs = wallMs();
    const zone = zoneForDays(countryOf(e164) ?? '');
    // A phone that began to ring before midnight.
    const days = new Set([dateIn(zone, nowMs), dateIn(zone, nowMs - withinMs)]);
    for (const day of days) {
      const call = await latestCallTo(store, e164, day);
      if (!call || call.atMs < nowMs - withinMs) continue;
      const claim = `joined/${call.key}`;
      const held = { type: 'held', value: conversationId, atMs: nowMs } as const;
      if ((await store.append('held', held, [claim])).appended)
        return { key: call.key, metadata: call.metadata };
      const { body } = (await store.claimedBy(claim)) ?? {};
      if (body?.type === 'held' && body.value === conversationId)
        return { key: call.key, metadata: call.metadata };
    }
    return undefined;
  }
}
