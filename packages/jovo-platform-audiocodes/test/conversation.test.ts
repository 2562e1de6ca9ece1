import fc from 'fast-check';
import { readActivityList, readCreation, readDisconnect, readId } from '../src/conversation/requests';
import { conversationUrls, ROUTES, routeOf } from '../src/conversation/urls';
import { LIMITS } from '../src/wire';
import { bad, json } from './support/fixtures';

const ID = '3f1c8e52-7a0b-4d7e-9a35-5c1b2e6d9f10';

describe('addresses', () => {
  test('absolute where the public address is known', () => {
    const urls = conversationUrls(ID, { botPath: '/ac', publicBaseUrl: 'https://bot.example.com' });
    const { expiresSeconds: _expires, ...expected } = json('http-create-response-websocket.json');
    expect({
      activitiesURL: urls.activities,
      refreshURL: urls.refresh,
      disconnectURL: urls.disconnect,
      websocketURL: urls.websocket,
    }).toEqual(expected);
  });

  test('relative where it is not', () => {
    const { expiresSeconds: _expires, ...expected } = json('http-create-response-relative.json');
    const urls = conversationUrls(ID, { botPath: '/' });
    expect({
      activitiesURL: urls.activities,
      refreshURL: urls.refresh,
      disconnectURL: urls.disconnect,
    }).toEqual(expected);
  });

  test.each([
    ['https://h/audiocodes', 'https://h/audiocodes/conversation/x/refresh'],
    ['https://h/audiocodes/', 'https://h/audiocodes/conversation/x/refresh'],
    ['https://h/audiocodes?bot=a', 'https://h/audiocodes/conversation/x/refresh'],
    ['https://h/prefix/audiocodes', 'https://h/prefix/audiocodes/conversation/x/refresh'],
    ['https://h/', 'https://h/conversation/x/refresh'],
  ])('relative ones lead from %s to %s', (botUrl, expected) => {
    const { pathname, search } = new URL(botUrl);
    const relative = conversationUrls('x', { botPath: pathname + search }).refresh;
    expect(relative).not.toMatch(/^\//);
    expect(new URL(relative, botUrl).href).toBe(expected);
  });

  test('a proxy that cuts a prefix off still works', () => {
    const { refresh } = conversationUrls('x', { botPath: '/audiocodes' });
    expect(new URL(refresh, 'https://h/some/prefix/audiocodes').pathname).toBe(
      '/some/prefix/audiocodes/conversation/x/refresh',
    );
  });

  test('an id that looks like a path stays one segment', () => {
    const { conversation } = bad<{ conversation: string }>('create-path-traversal-id.json');
    const { activities } = conversationUrls(conversation, { botPath: '/audiocodes' });
    expect(activities).toBe('audiocodes/conversation/%2E%2E%2F%2E%2E%2Fetc%2Fpasswd/activities');
    expect(new URL(activities, 'https://h/audiocodes').pathname).toMatch(
      /^\/audiocodes\/conversation\/[^/]+\/activities$/,
    );
  });

  test('whatever the id that is taken, its address leads back to it', () => {
    const id = fc
      .oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.stringMatching(/^[./%2E]+$/))
      .filter((one) => readId({ conversation: one }, 'conversation') === one);
    fc.assert(
      fc.property(id, fc.constantFrom(...ROUTES), (id, route) => {
        const url = conversationUrls(id, { botPath: '/audiocodes' })[route];
        const { pathname } = new URL(url, 'https://h/audiocodes');
        expect(routeOf(pathname.slice('/audiocodes'.length))).toEqual({ id, route });
      }),
    );
  });

  test.each([
    '',
    '/',
    '/conversation',
    '/conversation/x',
    '/conversation/x/other',
    '/conversation/%zz/refresh',
  ])('%p is none of ours', (rest) => {
    expect(routeOf(rest)).toBeUndefined();
  });
});

describe('requests', () => {
  test('a creation', () => {
    expect(readCreation(json('http-create-request.json'))).toEqual({ id: ID });
    expect(readCreation(json('http-create-request-extended.json'))).toMatchObject({ bot: 'support-bot' });
    const { conversation } = bad('create-path-traversal-id.json');
    expect(readCreation({ conversation })).toEqual({ id: conversation });
  });

  test.each([
    'create-missing-conversation.json',
    'create-empty-conversation.json',
    'create-numeric-conversation.json',
    'create-null.json',
    'create-array.json',
    'create-overlong-id.json',
  ])('%s', (file) => {
    expect(readCreation(bad(file))).toEqual({ reject: expect.any(String) });
  });

  test.each(['a\ud800', '.', '..'])('%j cannot be in an address, so it is no id', (conversation) => {
    expect(readCreation({ conversation })).toEqual({ reject: expect.any(String) });
  });

  test.each([
    [LIMITS.conversationIdLength, 'string'],
    [LIMITS.conversationIdLength + 1, 'object'],
  ])('an id of %d characters', (length, expected) => {
    expect(typeof readId({ conversation: 'x'.repeat(length) }, 'conversation')).toBe(expected);
  });

  test.each([
    ['activities-missing.json', '"activities" must be a list'],
    ['activities-not-array.json', '"activities" must be a list'],
    ['activities-id-mismatch.json', '"conversation" is not the one of the address'],
  ])('%s', (file, reject) => {
    expect(readActivityList(bad(file), ID)).toEqual({ reject });
  });

  test('activities without an id are those of the address', () => {
    expect(readActivityList({ activities: [1] }, ID)).toEqual([1]);
    expect(readActivityList(bad('activities-empty.json'), ID)).toEqual([]);
    expect(readActivityList([], ID)).toEqual({ reject: 'expected a JSON object' });
  });

  test.each([
    ['http-disconnect-request.json', { reason: 'Client Side', reasonCode: 'client-disconnected' }],
    ['bad/disconnect-no-reason.json', {}],
    ['bad/disconnect-unknown-reason.json', { reasonCode: 'solar-flare' }],
  ])('%s', (file, expected) => {
    expect(readDisconnect(json(file), ID)).toEqual(expected);
  });

  test('a disconnect with SIP headers', () => {
    const body = json<{ conversation: string }>('http-disconnect-before-answer-request.json');
    expect(readDisconnect(body, body.conversation)).toEqual({
      reason: 'SIP ;cause=486 ;text="Busy Here"',
      reasonCode: 'busy',
      sipHeaders: { Reason: 'SIP ;cause=486 ;text="Busy Here"' },
    });
    expect(readDisconnect({ conversation: 'other' }, ID)).toHaveProperty('reject');
  });
});
