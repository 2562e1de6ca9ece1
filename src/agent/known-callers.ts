import type { Clock } from '@jovo-telephony/telephony';
import type { Conversation } from './conversation';
import type { AgentProfile } from './profiles/profile';

/** A call, as far as it matters to whether its caller is known. */
export interface CallerOfCall {
  network?: string;
  callId: string;
  /** Digits of the caller. */
  callerNumber: string;
  /** The profile that answers: who has called one business is a stranger to another. */
  profileKey: string;
}

/** Knows who has called before. Asked once per call, and only for profiles that greet such callers in another way. */
export interface KnownCallers {
  /** Whether the profile has answered another call of this caller. */
  hasCalledBefore(call: CallerOfCall): Promise<boolean>;
}

/** A store that does not know the caller by then is not waited for. */
const KNOWN_WITHIN_MS = 300;

/** Whether a caller is to be greeted as one who comes back. Asked only where it changes what is said. */
export async function isReturning(
  { knownCallers, clock }: { knownCallers?: KnownCallers; clock: Clock },
  { network, callId, callerNumber, profileKey, direction }: Conversation,
  { greetings }: AgentProfile,
): Promise<boolean> {
  const matters = direction !== 'outbound' && greetings.returning !== undefined;
  if (!matters || !knownCallers || callerNumber === undefined || profileKey === undefined) return false;
  let stop: () => void = () => {};
  const late = new Promise<false>((resolve) => {
    stop = clock.after(KNOWN_WITHIN_MS, () => resolve(false));
  });
  const asked = knownCallers.hasCalledBefore({ network, callId, callerNumber, profileKey });
  return Promise.race([asked.catch(() => false), late]).finally(stop);
}
