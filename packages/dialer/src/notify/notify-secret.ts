import { randomBytes } from 'node:crypto';
import type { DialStore } from '../store/dial-store';

const HELD = 'held';
const CLAIM = 'secret/notify';

/**
 * The secret behind the addresses of notifications, the same for everybody who uses the store. Made once: addresses that
 * networks hold must still be good after a restart.
 */
export async function notifySecret(store: DialStore, wallMs: () => number): Promise<string> {
  const value = randomBytes(32).toString('base64url');
  await store.append(HELD, { type: 'held', value, atMs: wallMs() }, [CLAIM]);
  const { body } = (await store.claimedBy(CLAIM)) ?? {};
  if (body?.type !== 'held' || body.value === undefined) throw new Error('The store has lost a claim');
  return body.value;
}
