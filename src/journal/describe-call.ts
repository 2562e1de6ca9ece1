import { basename } from 'node:path';
import { outcomeOf } from '../agent/after-call/ended-call';
import { DEFAULT_PRIVACY } from '../agent/profiles/privacy-schema';
import type { Profiles } from '../agent/profiles/profiles';
import { conversationOf, type SessionItem } from './call-file';
import type { Sealing } from './sealing';
import type { CallDescription } from './turn-result';

/** Of a profile: its file, wherever its folder lies on this machine. */
export const profileName = (profileKey: string): string => basename(profileKey);

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
    outbound,
  } = conversation;
  const { keep, days, redact } = options.profiles.byKey(profileKey)?.privacy ?? DEFAULT_PRIVACY;
  const callerKey = callerNumber === undefined ? undefined : options.sealing.callerKey(callerNumber);
  const profile = profileName(profileKey);
  return {
    facts: { startedAtMs, profile, callerKey, keep, keepMs: days * DAY_MS },
    redacted: redact,
    started: {
      // With its key a call of ours is found in the records of the dialer, and the other way round by its id.
      facts: {
        network,
        direction,
        profile,
        language,
        called: ownNumber,
        dialerCall: outbound?.key,
        metadata: outbound?.metadata?.join(' '),
      },
      words: { caller: callerNumber },
    },
    ended: () => ({
      outcome: conversation.outbound?.ringing ? 'not_answered' : outcomeOf(conversation, options.nowMs()),
      turns: conversation.turns,
      interruptions: conversation.interruptions,
      machine: conversation.outbound?.machine,
      result: conversation.closing?.type === 'hang_up' ? conversation.closing.outcome : undefined,
      seconds: Math.max(0, Math.round((options.epochMs() - startedAtMs) / 1000)),
    }),
  };
}
