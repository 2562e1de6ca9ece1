import { randomBytes } from 'node:crypto';
import type { DialStore } from '../store/dial-store';

const HELD = 'held';
/**
 * A secret for one purpose, the same for everybody who uses the store. Made once: what was made with it and is with
 * somebody else must still be good after a restart.
 */
export async function sharedSecret(
  store: DialStore,
  purpose: 'notify' | 'tokens',
  wallMs: () => number,
): Promise<string> {
  const claim = `secret/${purpose}`;
  const value = randomBytes(32).toString('base64url');
  await store.append(HELD, { type: 'held', value, atMs: wallMs() }, [claim]);
  const { body } = (await store.claimedBy(claim)) ?? {};
  if (body?.type !== 'held' || body.value === undefined) throw new Error('The store has lost a claim');
  return body.value;
}

/** The secret behind the addresses of notifications. */
export function notifySecret(store: DialStore, wallMs: () => number): Promise<string> {
  return sharedSecret(store, 'notify', wallMs);
}
