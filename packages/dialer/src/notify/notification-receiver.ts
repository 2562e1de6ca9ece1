import { noteFact } from '../call/call-facts';
import { type CallKey, isNotifyToken, NOTIFY_PATH, streamOf } from '../call/call-key';
import { type HttpAnswer, type HttpHandler, httpHandler, jsonOf, pathOf, readBody } from '../http';
import type { DialStore } from '../store/dial-store';
import { readNotification } from './notification';

export interface NotificationReceiverOptions {
  store: DialStore;
  /** Makes and checks the addresses of calls; see {@link notifyUrlOf}. */
  secret: string;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
  /** Told after each notification that was stored. */
  onNoted?(key: CallKey): void;
  /** Told of the status of a notification that this version does not know. */
  onUnknown?(status: string): void;
}

const MAX_BODY_BYTES = 65_536;

const ADDRESS = new RegExp(`^${NOTIFY_PATH}/([^/]{3,200})/([A-Za-z0-9_-]{1,100})$`);

/** A stranger learns nothing, not even that there is a receiver. */
const NOT_FOUND: HttpAnswer = { status: 404, body: { error: 'Nothing here.' } };

/**
 * Takes the network's reports on calls (spec 7.8) below `/dialer/notify`. The address itself is the credential: the
 * network sends no other. Whatever comes late, twice or out of order is kept; what it means is decided by the call.
 */
export function notificationReceiver(options: NotificationReceiverOptions): HttpHandler {
  return httpHandler((request) => receive(request, options));
}

async function receive(
  request: Parameters<HttpHandler>[0],
  { store, secret, wallMs, onNoted, onUnknown }: NotificationReceiverOptions,
): Promise<HttpAnswer> {
  const [, key = '', token = ''] = ADDRESS.exec(pathOf(request)) ?? [];
  if (!isNotifyToken(token, key, secret) || streamOf(key) === undefined) return NOT_FOUND;
  if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } };
  const text = await readBody(request, MAX_BODY_BYTES);
  if (text === undefined)
    return { status: 413, body: { error: `Expected at most ${MAX_BODY_BYTES} bytes.` } };
  const body = jsonOf(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return { status: 400, body: { error: 'Expected a JSON object with conversationId and status.' } };
  }
  const notification = readNotification(body);
  if (notification === undefined) {
    onUnknown?.(statusOf(body));
    return { status: 200, body: {} };
  }
  await noteFact(store, key, { type: 'notified', notification }, wallMs());
  onNoted?.(key);
  return { status: 200, body: {} };
}

/** For a log: only what is a plain word can be a status. */
function statusOf(body: object): string {
  const status: unknown = Reflect.get(body, 'status');
  return typeof status === 'string' && /^[\w-]{1,40}$/.test(status) ? status : '(none)';
}
