import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { SignJWT } from 'jose';
import { audiocodesGuard } from '../src/auth/guard';
import { introspectedTokens } from '../src/auth/introspection';
import { jwtTokens } from '../src/auth/jwt';
import { type AuthorizationServer, authorizationServer } from './support/authorization-server';

describe('the guard', () => {
  const enter = (authorization: string | string[] | undefined, tokens = ['old-secret', 'new-secret']) =>
    audiocodesGuard({ tokens })?.({ authorization });

  test.each([
    'Bearer old-secret',
    'Bearer new-secret',
    'BEARER new-secret',
    'bearer  new-secret ',
    ['Bearer new-secret', 'Bearer x'],
  ])('%j comes in', async (header) => {
    expect(await enter(header)).toBe(true);
  });

  test.each([
    'Bearer WRONG',
    'Bearer ',
    'Bearer',
    'Bearer new-secret x',
    'new-secret',
    'Basic dXNlcjpwYXNz',
    '',
    undefined,
  ])('%j stays outside', async (header) => {
    expect(await enter(header)).toBe(false);
  });

  test('without any proof to ask for there is no guard', () => {
    expect(audiocodesGuard({})).toBeUndefined();
    expect(audiocodesGuard({ tokens: [''] })).toBeUndefined();
  });
});

describe('with an authorization server', () => {
  let server: AuthorizationServer;
  beforeEach(async () => {
    server = await authorizationServer();
  });
  afterEach(() => server.close());

  describe('signed tokens', () => {
    const wanted = { issuer: 'https://login.example', audience: 'bot', scopes: ['calls'] };
    const claims = { iss: 'https://login.example', aud: ['other', 'bot'], scope: 'read calls' };

    test('the right one comes in', async () => {
      const check = jwtTokens({ jwksUrl: server.jwksUrl, ...wanted });
      expect(await check(await server.token(claims))).toBe(true);
      expect(await check(await server.token({ ...claims, scope: undefined, scp: ['calls'] }))).toBe(true);
    });

    test.each([
      ['of another issuer', { iss: 'https://evil.example' }],
      ['for another audience', { aud: 'other' }],
      ['without the scope', { scope: 'read' }],
      ['without any scope', { scope: undefined }],
      ['that is not valid yet', { nbf: Math.floor(Date.now() / 1000) + 600 }],
    ])('one %s stays outside', async (_what, more) => {
      const check = jwtTokens({ jwksUrl: server.jwksUrl, ...wanted });
      expect(await check(await server.token({ ...claims, ...more }))).toBe(false);
    });

    test('expired, for ever, or signed by somebody else: outside', async () => {
      const check = jwtTokens({ jwksUrl: server.jwksUrl });
      expect(await check(await server.token({}, { expiresIn: '10m ago' }))).toBe(false);
      expect(await check(await server.token({}, { expiresIn: false }))).toBe(false);
      expect(await check(await server.token({}, { key: 'unpublished' }))).toBe(false);
    });

    test('unsigned, signed with a shared secret, or no token at all: outside', async () => {
      const check = jwtTokens({ jwksUrl: server.jwksUrl });
      const [, payload] = (await server.token()).split('.');
      const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
      const shared = await new SignJWT({})
        .setProtectedHeader({ alg: 'HS256', kid: 'published' })
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode('x'.repeat(32)));
      for (const token of [none, shared, 'opaque', 'a.b.c', '']) expect(await check(token)).toBe(false);
    });

    test('a server that does not answer lets nobody in, and does not throw', async () => {
      const token = await server.token();
      server.status = 500;
      expect(await jwtTokens({ jwksUrl: server.jwksUrl })(token)).toBe(false);
      await server.close();
      expect(await jwtTokens({ jwksUrl: server.jwksUrl, timeoutMs: 200 })(token)).toBe(false);
    });
  });

  describe('opaque tokens', () => {
    function asking(more: Partial<Parameters<typeof introspectedTokens>[0]> = {}) {
      const clock = new VirtualClock();
      const check = introspectedTokens({
        url: server.introspectionUrl,
        clientId: 'bot',
        clientSecret: 's3:cret',
        clock,
        epochMs: () => 1_000_000 + clock.nowMs(),
        ...more,
      });
      return { clock, check };
    }

    test('are asked about, with our own credentials, once a minute', async () => {
      const { clock, check } = asking();
      server.opaque.set('good', {});
      expect(await Promise.all([check('good'), check('good')])).toEqual([true, true]);
      expect(server.asked).toEqual([
        { authorization: `Basic ${Buffer.from('bot:s3%3Acret').toString('base64')}`, token: 'good' },
      ]);
      await clock.pass(59_999);
      expect(await check('good')).toBe(true);
      server.opaque.delete('good');
      await clock.pass(1);
      expect(await check('good')).toBe(false);
      expect(server.asked).toHaveLength(2);
    });

    test('a no is believed for a moment only', async () => {
      const { clock, check } = asking();
      expect([await check('late'), await check('late')]).toEqual([false, false]);
      expect(server.asked).toHaveLength(1);
      server.opaque.set('late', {});
      await clock.pass(5_000);
      expect(await check('late')).toBe(true);
    });

    test('a yes is not believed beyond the life of the token', async () => {
      const { clock, check } = asking();
      server.opaque.set('short', { exp: 1_010 });
      expect(await check('short')).toBe(true);
      await clock.pass(10_000);
      expect(await check('short')).toBe(false);
    });

    test.each([
      ['of another issuer', { iss: 'x' }],
      ['for another audience', { aud: ['x'] }],
      ['without the scope', { scope: 'x' }],
      ['that has expired', { exp: 1 }],
    ])('one %s stays outside', async (_what, more) => {
      const { check } = asking({ issuer: 'i', audience: 'a', scopes: ['s'] });
      server.opaque.set('good', { iss: 'i', aud: ['a', 'b'], scope: 'r s' });
      server.opaque.set('odd', { iss: 'i', aud: 'a', scope: 's', ...more });
      expect([await check('good'), await check('odd')]).toEqual([true, false]);
    });

    test('a server that fails lets nobody in, and is asked again', async () => {
      const { check } = asking();
      server.opaque.set('good', {});
      server.status = 503;
      expect(await check('good')).toBe(false);
      server.status = 200;
      expect(await check('good')).toBe(true);
    });

    test('only so many are remembered', async () => {
      const { check } = asking({ remembered: 2 });
      for (const token of ['a', 'b', 'c', 'a', 'c']) await check(token);
      expect(server.asked.map(({ token }) => token)).toEqual(['a', 'b', 'c', 'a']);
    });
  });

  test('any of several proofs will do', async () => {
    server.opaque.set('opaque', {});
    const guard = audiocodesGuard({
      tokens: ['secret'],
      jwt: { jwksUrl: server.jwksUrl },
      introspection: { url: server.introspectionUrl, clientId: 'bot', clientSecret: 's' },
    });
    const enter = (token: string) => guard?.({ Authorization: `Bearer ${token}` });
    expect(await enter('secret')).toBe(true);
    expect(await enter(await server.token())).toBe(true);
    expect(server.asked).toEqual([]);
    expect(await enter('opaque')).toBe(true);
    expect(await enter('other')).toBe(false);
  });
});
