import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  MemoryStore,
  NOTIFY_PATH,
  notificationReceiver,
  notifySecret,
  notifyToken,
  notifyUrlOf,
} from '../src';
import { fixture } from './support/fixtures';

const KEY = 'spring.17.1';
const store = new MemoryStore();
const unknown: string[] = [];
const noted: string[] = [];
let secret: string;
let server: Server;
let url: string;

beforeAll(async () => {
  secret = await notifySecret(store, Date.now);
  server = createServer(
    notificationReceiver({
      store,
      secret,
      wallMs: () => 7,
      onNoted: (key) => noted.push(key),
      onUnknown: (status) => unknown.push(status),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const post = (to: string, body: unknown) =>
  fetch(to, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
const facts = async () => (await store.read('spring')).map(({ body }) => body);

describe('the receiver of notifications', () => {
  it('has an address for each call that nobody can guess, the same after a restart', async () => {
    const address = notifyUrlOf('https://dialer.example.com/', KEY, secret);
    expect(address).toMatch(
      /^https:\/\/dialer\.example\.com\/dialer\/notify\/spring\.17\.1\/[A-Za-z0-9_-]{43}$/,
    );
    expect(notifyUrlOf('https://dialer.example.com', 'spring.18.1', secret).slice(-43)).not.toBe(
      address.slice(-43),
    );
    expect(await notifySecret(store, Date.now)).toBe(secret);
    expect(notifyToken(KEY, `${secret}x`)).not.toBe(notifyToken(KEY, secret));
  });

  it('keeps every notification, also the third and one that comes too late', async () => {
    const address = notifyUrlOf(url, KEY, secret);
    for (const name of ['notify-completed', 'notify-answered', 'notify-completed', 'notify-failed-busy']) {
      const response = await post(address, fixture(name));
      expect([response.status, await response.json()]).toEqual([200, {}]);
    }
    const kept = await facts();
    expect(kept).toHaveLength(4);
    expect(kept[0]).toMatchObject({
      type: 'fact',
      key: KEY,
      atMs: 7,
      fact: {
        type: 'notified',
        notification: { status: 'completed', botOperationResult: 'appointment-confirmed' },
      },
    });
    expect(noted).toEqual([KEY, KEY, KEY, KEY]);
  });

  it('takes a status that it does not know, and tells of it without a word that could be somebody’s', async () => {
    const before = (await facts()).length;
    for (const body of [{ status: 'ringing' }, { status: 'call +49157' }, {}]) {
      expect((await post(notifyUrlOf(url, KEY, secret), body)).status).toBe(200);
    }
    expect(unknown).toEqual(['ringing', '(none)', '(none)']);
    expect(await facts()).toHaveLength(before);
  });

  it.each([
    ['another call’s token', () => `${url}${NOTIFY_PATH}/spring.18.1/${notifyToken(KEY, secret)}`],
    ['no token', () => `${url}${NOTIFY_PATH}/${KEY}`],
    ['a short token', () => `${url}${NOTIFY_PATH}/${KEY}/x`],
    ['a token of somebody else', () => notifyUrlOf(url, KEY, 'guess')],
    ['a key that is none', () => notifyUrlOf(url, 'Not A Key', secret)],
    ['another path', () => `${url}/dialer`],
  ])('says nothing but 404 to %s', async (_, address) => {
    const before = (await facts()).length;
    const response = await post(address(), fixture('notify-completed'));
    expect([response.status, await response.json()]).toEqual([404, { error: 'Nothing here.' }]);
    expect(await facts()).toHaveLength(before);
  });

  it.each([
    ['', 400],
    ['nonsense', 400],
    ['"completed"', 400],
    ['null', 400],
    ['[]', 400],
    [`{"status":"completed","reason":"${'x'.repeat(65_536)}"}`, 413],
  ])('refuses a body that is none', async (body, status) => {
    expect((await post(notifyUrlOf(url, KEY, secret), body)).status).toBe(status);
  });

  it('is only there for POST', async () => {
    const response = await fetch(notifyUrlOf(url, KEY, secret));
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('survives a peer that goes away in the middle', async () => {
    const request = httpRequest(notifyUrlOf(url, KEY, secret), {
      method: 'POST',
      headers: { 'Content-Length': 100 },
    });
    request.on('error', () => {});
    request.write('{"status":');
    await new Promise((resolve) => setTimeout(resolve, 50));
    request.destroy();
    expect((await post(notifyUrlOf(url, KEY, secret), fixture('notify-answered'))).status).toBe(200);
  });
});
