import { ERROR_CODES } from '../../src/operations/error-codes';
import type { RunningServer } from '../../src/server';
import { startServer } from '../support/call-server';

/* Whoever is turned away reads why, and finds it in docs/errors.md. */

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ AIFLOW_API_KEY: 'secret', METRICS_TOKEN: 'figures' });
});
afterAll(() => server.close());

const KEY = { 'X-API-TOKEN': 'secret' };
const json = JSON.stringify;
const large = { type: 'x', text: 'x'.repeat(1024 * 1024) };

test.each([
  ['a body that is no JSON', 'POST', '/sipgate', KEY, '{', 400, 'DOOR_BAD_REQUEST'],
  ['JSON that is no event', 'POST', '/sipgate', KEY, json({ hello: 1 }), 400, 'DOOR_BAD_REQUEST'],
  ['no token', 'POST', '/sipgate', {}, '{}', 401, 'DOOR_UNAUTHORIZED'],
  ['another method', 'GET', '/sipgate', KEY, undefined, 405, 'DOOR_METHOD_REFUSED'],
  ['a body that is too large', 'POST', '/sipgate', KEY, json(large), 413, 'DOOR_TOO_LARGE'],
  ['a path of nobody', 'GET', '/nowhere', {}, undefined, 404, 'DOOR_NOT_FOUND'],
  ['AudioCodes: no JSON', 'POST', '/audiocodes', {}, '[', 400, 'DOOR_BAD_REQUEST'],
  ['AudioCodes: no conversation', 'POST', '/audiocodes', {}, '{}', 400, 'DOOR_BAD_REQUEST'],
  ['AudioCodes: another method', 'PUT', '/audiocodes', {}, '{}', 405, 'DOOR_METHOD_REFUSED'],
  [
    'AudioCodes: a conversation of nobody',
    'POST',
    '/audiocodes/conversation/none/activities',
    {},
    '{}',
    404,
    'DOOR_NOT_FOUND',
  ],
  ['figures without a token', 'GET', '/metrics', {}, undefined, 401, 'DOOR_UNAUTHORIZED'],
])('%s', async (_, method, path, headers, body, status, code) => {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, {
    method,
    body,
    headers: { 'Content-Type': 'application/json', ...headers } as Record<string, string>,
  });
  const told = await answer.json();
  expect([answer.status, told]).toEqual([status, { error: expect.stringMatching(/\w/), code }]);
  expect(ERROR_CODES).toHaveProperty(code);
});
