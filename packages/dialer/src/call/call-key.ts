import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Names one call of ours, before any network knows it: `<stream>.<what is unique in it>`. It travels in the metadata
 * and in the address for notifications, so it says nothing about whom it calls.
 */
export type CallKey = string;

const KEY = /^([a-z0-9][a-z0-9-]{0,62})\.[a-z0-9][a-z0-9.-]{0,99}$/;

/** The member of `metadata` that carries the key to the conversation. */
export const KEY_IN_METADATA = 'dialerCall';

/** Where the records of a call are; undefined if it is no key of ours. */
export function streamOf(key: unknown): string | undefined {
  return typeof key === 'string' ? KEY.exec(key)?.[1] : undefined;
}

/** The key of the n-th request for a target of a campaign. */
export function targetKey(campaign: string, target: number, request: number): CallKey {
  return `${campaign}.${target}.${request}`;
}

/** What makes the address of a call unguessable: nobody without the secret can make one (256 bits). */
export function notifyToken(key: CallKey, secret: string): string {
  return createHmac('sha256', secret).update(`notify ${key}`).digest('base64url');
}

/** Compares in a time that says nothing about either. */
export function isNotifyToken(given: string, key: CallKey, secret: string): boolean {
  const digest = (text: string) => createHmac('sha256', secret).update(text).digest();
  return timingSafeEqual(digest(given), digest(notifyToken(key, secret)));
}

/** Path below the public address of the receiver. */
export const NOTIFY_PATH = '/dialer/notify';

/** The address that the network is given for one call. */
export function notifyUrlOf(publicUrl: string, key: CallKey, secret: string): string {
  return `${publicUrl.replace(/\/+$/, '')}${NOTIFY_PATH}/${key}/${notifyToken(key, secret)}`;
}
