import { type CallActionType, type Clock, ladderStart, phoneDigits } from '@jovo-telephony/telephony';
import type { Conversation } from './conversation';
import { languageOf } from './phrases';
import type { AgentProfile } from './profiles/profile';
import { templateFacts } from './profiles/profile-fill';
import type { Profiles } from './profiles/profiles';

/** What a network says of a call at its start. */
export interface Parties {
  network?: string;
  direction?: 'inbound' | 'outbound';
  from?: string;
  to?: string;
  headers?: Readonly<Record<string, string>>;
  metadata?: Readonly<Record<string, string>>;
  /** Actions that its network cannot carry out. */
  lacks?: readonly CallActionType[];
}

/**
 * The conversation of a call that begins, and who answers it. Ours is the called number of an inbound call and the
 * calling one of an outbound call. `wallMs`: milliseconds since 1970.
 */
export function newConversation(
  { profiles, clock }: { profiles: Profiles; clock: Clock },
  callId: string,
  parties: Parties,
  wallMs: number,
): { conversation: Conversation; profile: AgentProfile } {
  const outbound = parties.direction === 'outbound';
  const own = outbound ? parties.from : parties.to;
  const { network, headers, metadata, lacks, ...call } = parties;
  const profile = profiles.answering({ number: own, network, headers, metadata });
  const conversation: Conversation = {
    callId,
    network,
    direction: parties.direction,
    startedAtMs: wallMs,
    profileKey: profiles.keyOf(profile),
    facts: templateFacts(profile, { call, headers, metadata }, wallMs),
    language: languageOf(profile.language),
    callerNumber: phoneDigits(outbound ? parties.to : parties.from),
    ownNumber: phoneDigits(own),
    ...(lacks && lacks.length > 0 && { lacks }),
    messages: [],
    turns: 0,
    speaking: [],
    unheard: [],
    interruptions: 0,
    ladder: ladderStart(clock.nowMs()),
  };
  return { conversation, profile };
}
