import { createHash } from 'node:crypto';
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

const MAX_REMEMBERED = 10_000;

/** Remembers callers for as long as the process runs; by a hash, so that no number lies around. */
export class CallersInMemory implements KnownCallers {
  /** The first call of each caller. */
  private readonly calls = new Map<string, string>();

  async hasCalledBefore({ callId, callerNumber, profileKey }: CallerOfCall): Promise<boolean> {
    const key = createHash('sha256')
      .update(JSON.stringify([profileKey, callerNumber]))
      .digest('base64');
    const first = this.calls.get(key);
    if (first !== undefined) return first !== callId;
    this.calls.set(key, callId);
    const [oldest] = this.calls.keys();
    if (this.calls.size > MAX_REMEMBERED && oldest !== undefined) this.calls.delete(oldest);
    return false;
  }
}
