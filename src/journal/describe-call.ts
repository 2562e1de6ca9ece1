import { outcomeOf } from '../agent/after-call/ended-call';
import { DEFAULT_PRIVACY } from '../agent/profiles/privacy-schema';
import type { Profiles } from '../agent/profiles/profiles';
import { conversationOf, type SessionItem } from './call-file';
import type { CallDescription } from './journal';
import type { Sealing } from './sealing';

const DAY_MS = 86_400_000;

export interface Describing {
  profiles: Pick<Profiles, 'byKey'>;
  sealing: Pick<Sealing, 'callerKey'>;
  /** Of the conversation's own times. */
  nowMs(): number;
  epochMs(): number;
}

/** What a conversation tells of its call: whom it reached, and what its profile keeps. */
export function describeCall(session: SessionItem, options: Describing): CallDescription | undefined {
  const conversation = conversationOf(session);
  if (!conversation) return undefined;
  const {
    profileKey = '',
    callerNumber,
    ownNumber,
    network,
    direction,
    language,
    startedAtMs,
  } = conversation;
  const { keep, days, redact } = options.profiles.byKey(profileKey)?.privacy ?? DEFAULT_PRIVACY;
  const callerKey = callerNumber === undefined ? undefined : options.sealing.callerKey(callerNumber);
  return {
    facts: { startedAtMs, profile: profileKey, callerKey, keep, keepMs: days * DAY_MS },
    redacted: redact,
    started: {
      facts: { network, direction, profile: profileKey, language, called: ownNumber },
      words: { caller: callerNumber },
    },
    ended: () => ({
      outcome: outcomeOf(conversation, options.nowMs()),
      turns: conversation.turns,
      interruptions: conversation.interruptions,
      seconds: Math.max(0, Math.round((options.epochMs() - startedAtMs) / 1000)),
    }),
  };
}
