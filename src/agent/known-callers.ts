import { createHash } from 'node:crypto';
import type { Clock } from '@jovo-telephony/telephony';
import type { CallRecords } from './call-record';
import type { Conversation } from './conversation';
import type { AgentProfile } from './profiles/profile';

/** A store that does not know the caller by then is not waited for. */
const KNOWN_WITHIN_MS = 300;

/** Whether a caller is to be greeted as one who comes back. Asked only where it changes what is said. */
export async function isReturning(
  records: Pick<CallRecords, 'hasCalledBefore'>,
  clock: Clock,
  conversation: Conversation,
  { name, greetings }: AgentProfile,
): Promise<boolean> {
  const { direction, callerNumber } = conversation;
  if (direction === 'outbound' || !greetings.returning || callerNumber === undefined) return false;
  let stop: () => void = () => {};
  const late = new Promise<false>((resolve) => {
    stop = clock.after(KNOWN_WITHIN_MS, () => resolve(false));
  });
  const asked = records.hasCalledBefore(conversation, name);
  return Promise.race([asked.catch(() => false), late]).finally(stop);
}

const MAX_REMEMBERED = 10_000;

/** Remembers callers for as long as the process runs; by a hash, so that no number lies around. */
export class CallersInMemory {
  /** The first call of each caller. */
  private readonly calls = new Map<string, string>();

  /** Whether the profile has answered another call of this caller. */
  haveCalledBefore({ callId, callerNumber }: Conversation, profile: string): boolean {
    if (callerNumber === undefined) return false;
    const key = createHash('sha256')
      .update(JSON.stringify([profile, callerNumber]))
      .digest('base64');
    const first = this.calls.get(key);
    if (first !== undefined) return first !== callId;
    this.calls.set(key, callId);
    const [oldest] = this.calls.keys();
    if (this.calls.size > MAX_REMEMBERED && oldest !== undefined) this.calls.delete(oldest);
    return false;
  }
}
