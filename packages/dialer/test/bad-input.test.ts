import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AudiocodesNetwork,
  allowedCaller,
  dialoutFields,
  learn,
  MemoryStore,
  NEW_CALL,
  notificationReceiver,
  notifyUrlOf,
  outcomeOf,
} from '../src';
import { realClock } from './support/clocks';
import { fixture, fixtureText } from './support/fixtures';
import { startPeer } from './support/peer';

/*
 * What must not get out, and what a network might send in (the examples of malformed input). Requests of strangers are
 * the endpoint's.
 */
const manifest = fixture<{ file: string }[]>('bad/manifest');

/** Every file is in one of the tables below. */
const covered = new Set<string>(['body-curly-quote.txt']);
function table<T extends unknown[]>(rows: readonly [file: string, ...rest: T][]): readonly [string, ...T][] {
  for (const [file] of rows) covered.add(`${file}.json`);
  return rows;
}
afterAll(() => {
  expect([...covered].sort()).toEqual(manifest.map(({ file }) => file).sort());
});

describe('a request that the gateway could only refuse does not leave', () => {
  it.each(
    table<[RegExp]>([
      ['dialout-missing-bot', /^request should have required property 'bot'$/],
      ['dialout-missing-target', /^request should have required property 'target'$/],
      ['dialout-timeout-out-of-range', /^answerTimeoutSec: expected a number of seconds from 1 to 300\.$/],
      ['dialout-bad-enum', /^machineDetection: expected one of/],
      ['dialout-metadata-string', /^metadata: expected a JSON object/],
      ['dialout-relative-notify-url', /^notifyUrl: expected an absolute http\(s\) URL\.$/],
    ]),
  )('%s', (file, fault) => {
    expect(() => dialoutFields(fixture(`bad/${file}`))).toThrow(fault);
  });

  it.each(table([['dialout-caller-not-allowed']]))('%s', (file) => {
    const { caller } = fixture<{ caller: string }>(`bad/${file}`);
    expect(() => allowedCaller(caller, ['+12025550100', '+12025550101'])).toThrow(/^caller: expected one of/);
  });
});

it.each(table([['oauth-token-nonstandard']]))(
  '%s: it is a token, and lives as long as it says',
  async (file) => {
    const gateway = await startPeer(({ path }) => ({
      status: 200,
      body: path === '/oauth/token' ? fixture(`bad/${file}`) : fixture('dialout-response'),
    }));
    let nowMs = 0;
    const network = new AudiocodesNetwork({
      baseUrl: gateway.url,
      bot: 'reminder-bot',
      credentials: {
        method: 'oauth',
        clientId: 'dialer-app',
        clientSecret: 'secret',
        tokenUrl: `${gateway.url}/oauth/token`,
      },
      clock: { ...realClock, nowMs: () => nowMs },
      wallMs: Date.now,
    });
    const call = { number: '+12025550143', caller: '+12025550100' };
    // A new one is fetched at four fifths of 900 s.
    for (const atMs of [0, 719_000, 721_000]) {
      nowMs = atMs;
      expect(await network.dial(call)).toMatchObject({ result: 'placed' });
    }
    expect(gateway.seen.map(({ path, headers }) => headers.authorization ?? path)).toEqual([
      '/oauth/token',
      'Bearer EXAMPLE',
      'Bearer EXAMPLE',
      '/oauth/token',
      'Bearer EXAMPLE',
    ]);
    await gateway.close();
  },
);

describe('notifications', () => {
  const KEY = 'spring.1.1';
  const SECRET = 'a secret';
  const unknown: string[] = [];
  let store: MemoryStore;
  let server: Server;
  let url: string;

  beforeEach(async () => {
    store = new MemoryStore();
    unknown.length = 0;
    const onUnknown = (status: string) => unknown.push(status);
    server = createServer(notificationReceiver({ store, secret: SECRET, wallMs: () => 0, onUnknown }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const tell = async (text: string, secret = SECRET) =>
    (await fetch(notifyUrlOf(url, KEY, secret), { method: 'POST', body: text })).status;
  const known = async () =>
    (await store.read('spring'))
      .flatMap(({ body }) => (body.type === 'fact' ? [body.fact] : []))
      .reduce(learn, NEW_CALL);

  it.each(
    table<[expected: object]>([
      ['notify-unknown-reason', { end: { status: 'failed', reasonCode: 'eaten-by-bear' } }],
      // The address says which call it is.
      ['notify-no-conversation', { connected: true }],
      ['notify-duration-string', { end: { status: 'completed', callDurationSec: 47 } }],
    ]),
  )('%s: 200, and it is understood', async (file, expected) => {
    expect(await tell(fixtureText(`bad/${file}.json`))).toBe(200);
    expect(await known()).toMatchObject(expected);
    expect(unknown).toEqual([]);
  });

  it.each(table([['notify-unknown-status']]))('%s: 200, it is told, and nothing changes', async (file) => {
    expect(await tell(fixtureText(`bad/${file}.json`))).toBe(200);
    expect(unknown).toEqual(['ringing']);
    expect(await known()).toEqual(NEW_CALL);
  });

  it.each(table([['notify-completed-before-answered']]))('%s: 200 for both, and it is over', async (file) => {
    for (const body of fixture<object[]>(`bad/${file}`)) {
      expect(await tell(JSON.stringify(body))).toBe(200);
      expect(outcomeOf(await known(), true)).toBe('reached');
    }
  });

  it.each(table([['notify-wrong-secret']]))('%s: 404, and nothing changes', async (file) => {
    expect(await tell(fixtureText(`bad/${file}.json`), 'another secret')).toBe(404);
    expect(await known()).toEqual(NEW_CALL);
  });
});
