import { AudiocodesNetwork, type AudiocodesNetworkOptions, type DialRequest } from '../src';
import { realClock } from './support/clocks';
import { fixture } from './support/fixtures';
import { type Peer, type Reaction, type Seen, startPeer } from './support/peer';

const CALL: DialRequest = { number: '+12025550143', caller: '+12025550100' };
const BASIC = { method: 'basic', clientId: 'dialer-app', clientSecret: 'REPLACE_ME' } as const;

let peer: Peer;
afterEach(() => peer.close());

/** A gateway that reacts to dialout requests in turn; the last reaction goes on. */
async function gateway(reactions: Reaction[], token: (nth: number) => Reaction = () => ({ status: 404 })) {
  const dialled: Seen[] = [];
  let tokens = 0;
  peer = await startPeer((seen) => {
    if (seen.path === '/oauth/token') return token(++tokens);
    dialled.push(seen);
    return reactions[Math.min(dialled.length, reactions.length) - 1] ?? 'silence';
  });
  return dialled;
}

function network(options: Partial<AudiocodesNetworkOptions> = {}) {
  return new AudiocodesNetwork({
    baseUrl: `${peer.url}/`,
    credentials: BASIC,
    bot: 'reminder-bot',
    clock: realClock,
    wallMs: Date.now,
    ...options,
  });
}

const oauth = () =>
  ({
    method: 'oauth',
    clientId: 'dialer-app',
    clientSecret: 'REPLACE_ME',
    tokenUrl: `${peer.url}/oauth/token`,
  }) as const;

const PLACED = { status: 200, body: fixture('dialout-response') };

describe('a call through the dialout interface', () => {
  it('asks for exactly what the example shows', async () => {
    const dialled = await gateway([PLACED]);
    const answer = await network({ callerHost: 'example.com' }).dial({
      ...CALL,
      callerDisplayName: 'Example Corp',
      notifyUrl: 'https://dialer.example.com/notify/9f2d6a7b51c84e0c',
      answerTimeoutSec: 30,
      machineDetection: 'detect',
      voicemailEndTimeoutSec: 20,
      metadata: { participantName: 'Alice' },
    });
    expect(answer).toEqual({ result: 'placed', ...fixture('dialout-response') });
    expect(dialled).toHaveLength(1);
    expect(JSON.parse(dialled[0]?.body ?? '')).toEqual(fixture('dialout-request'));
    expect(dialled[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/actions/dialout',
      headers: {
        'content-type': 'application/json;charset=UTF-8',
        authorization: `Basic ${Buffer.from('dialer-app:REPLACE_ME').toString('base64')}`,
      },
    });
  });

  it('does not ask at all for what could only be refused', async () => {
    const dialled = await gateway([PLACED]);
    await expect(network().dial({ ...CALL, answerTimeoutSec: 301 })).rejects.toThrow(
      /answerTimeoutSec: expected/,
    );
    await expect(network({ allowedCallers: ['+12025550199'] }).dial(CALL)).rejects.toThrow(
      /caller: expected/,
    );
    expect(dialled).toHaveLength(0);
  });

  it.each<[string, Reaction, unknown]>([
    [
      '400',
      { status: 400, body: fixture('dialout-error-400') },
      { result: 'refused', reason: 'bad_request', status: 400 },
    ],
    ['401', { status: 401 }, { result: 'refused', reason: 'unauthorized', status: 401 }],
    ['403', { status: 403, body: 'not JSON' }, { result: 'refused', reason: 'forbidden', status: 403 }],
    ['404', { status: 404 }, { result: 'refused', reason: 'not_found', status: 404 }],
    ['418', { status: 418 }, { result: 'refused', reason: 'rejected', status: 418 }],
    ['429', { status: 429, body: fixture('dialout-error-429') }, { result: 'throttled' }],
    [
      '429 with Retry-After',
      { status: 429, headers: { 'Retry-After': '7' } },
      { result: 'throttled', retryAfterMs: 7_000 },
    ],
    ['500', { status: 500 }, { result: 'unknown' }],
    ['503', { status: 503, headers: { 'Retry-After': '1' } }, { result: 'unknown' }],
    ['408', { status: 408 }, { result: 'unknown' }],
    ['200 that is not JSON', { status: 200, body: '<html>' }, { result: 'placed' }],
    ['200 without an id', { status: 200, body: { conversationId: 7 } }, { result: 'placed' }],
    ['a cut connection', 'cut', { result: 'unknown' }],
  ])('takes %s for what it says and asks only once', async (_, reaction, answer) => {
    const dialled = await gateway([reaction]);
    expect(await network().dial(CALL)).toEqual(answer);
    expect(dialled).toHaveLength(1);
  });

  it('does not follow a redirect: that would be a second call with our credentials', async () => {
    const dialled = await gateway([{ status: 307, headers: { Location: '/api/v1/actions/dialout' } }]);
    expect(await network().dial(CALL)).toEqual({ result: 'refused', reason: 'redirected', status: 307 });
    expect(dialled).toHaveLength(1);
  });

  it('does not know what became of a call that was not answered in time', async () => {
    const dialled = await gateway(['silence']);
    expect(await network({ timeoutMs: 100 }).dial(CALL)).toEqual({ result: 'unknown' });
    expect(dialled).toHaveLength(1);
  });

  it('knows that nothing was placed where nobody listens', async () => {
    await gateway([]);
    const { url } = peer;
    await peer.close();
    expect(await network({ baseUrl: url }).dial(CALL)).toEqual({ result: 'unreachable' });
    await gateway([]);
  });

  it('sends nothing for a signal that is already aborted', async () => {
    const dialled = await gateway([PLACED]);
    expect(await network().dial(CALL, AbortSignal.abort())).toEqual({ result: 'unreachable' });
    expect(dialled).toHaveLength(0);
  });
});

describe('a call with OAuth 2.0', () => {
  const tokenAnswer = (nth: number): Reaction => ({
    status: 200,
    body: { ...fixture('oauth-token-response'), access_token: `token-${nth}` },
  });

  it('fetches a token as the example shows, once for many calls', async () => {
    const dialled = await gateway([PLACED], tokenAnswer);
    const placing = network({ credentials: oauth() });
    await Promise.all([placing.dial(CALL), placing.dial(CALL), placing.dial(CALL)]);
    await placing.dial(CALL);
    const tokens = peer.seen.filter(({ path }) => path === '/oauth/token');
    expect(tokens).toHaveLength(1);
    const example = fixture('oauth-token-request');
    expect(tokens[0]).toMatchObject({
      method: example.method,
      headers: { 'content-type': example.contentType },
    });
    expect(tokens[0]?.body).toBe(example.body);
    expect(dialled.map(({ headers }) => headers.authorization)).toEqual(Array(4).fill('Bearer token-1'));
  });

  it('renews it when four fifths of its life are over', async () => {
    await gateway([PLACED], tokenAnswer);
    let nowMs = 0;
    const clock = { ...realClock, nowMs: () => nowMs };
    const placing = network({ credentials: oauth(), clock });
    await placing.dial(CALL);
    nowMs = 719_999;
    await placing.dial(CALL);
    expect(peer.seen.filter(({ path }) => path === '/oauth/token')).toHaveLength(1);
    nowMs = 720_000;
    await placing.dial(CALL);
    expect(peer.seen.filter(({ path }) => path === '/oauth/token')).toHaveLength(2);
  });

  it('takes a new token once when the gateway does not accept the old one', async () => {
    const dialled = await gateway([{ status: 401 }, PLACED], tokenAnswer);
    expect(await network({ credentials: oauth() }).dial(CALL)).toMatchObject({ result: 'placed' });
    expect(dialled.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('gives up when the new one is not accepted either', async () => {
    const dialled = await gateway([{ status: 401 }], tokenAnswer);
    expect(await network({ credentials: oauth() }).dial(CALL)).toEqual({
      result: 'refused',
      reason: 'unauthorized',
      status: 401,
    });
    expect(dialled).toHaveLength(2);
  });

  it.each<[string, Reaction, unknown]>([
    [
      'invalid_client',
      { status: 401, body: fixture('oauth-token-error') },
      { result: 'refused', reason: 'unauthorized', status: 401 },
    ],
    [
      'invalid_client as 400',
      { status: 400, body: fixture('oauth-token-error') },
      { result: 'refused', reason: 'unauthorized', status: 400 },
    ],
    ['a broken server', { status: 502 }, { result: 'unreachable' }],
    ['a cut connection', 'cut', { result: 'unreachable' }],
    [
      'too many requests',
      { status: 429, headers: { 'Retry-After': '3' } },
      { result: 'throttled', retryAfterMs: 3_000 },
    ],
    [
      'a token that could split a header',
      { status: 200, body: { access_token: 'a\r\nb' } },
      { result: 'refused', reason: 'unauthorized', status: 200 },
    ],
  ])('dials nobody after %s', async (_, token, answer) => {
    const dialled = await gateway([PLACED], () => token);
    expect(await network({ credentials: oauth() }).dial(CALL)).toEqual(answer);
    expect(dialled).toHaveLength(0);
  });

  it('reads the token of the one server that calls it "token"', async () => {
    const dialled = await gateway([PLACED], () => ({ status: 200, body: { token: 'abc' } }));
    await network({ credentials: oauth() }).dial(CALL);
    expect(dialled[0]?.headers.authorization).toBe('Bearer abc');
  });
});
