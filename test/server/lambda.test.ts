import { handler } from '../../src/lambda';
import { callEvent } from '../support/call-server';

function request(body: unknown, method = 'POST') {
  return {
    requestContext: { http: { method } },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}

describe('the webhook on Lambda', () => {
  test('holds a call from one event to the next', async () => {
    const greeting = await handler(request(callEvent('lambda', 'session_start')));
    expect(greeting).toMatchObject({ statusCode: 200, headers: { 'Content-Type': 'application/json' } });
    expect(JSON.parse(greeting.body ?? '')).toMatchObject({ type: 'speak', session_id: 'lambda' });

    const again = await handler(request(callEvent('lambda', 'session_start')));
    expect(JSON.parse(again.body ?? '').text).not.toBe(JSON.parse(greeting.body ?? '').text);

    expect(await handler(request(callEvent('lambda', 'session_end')))).toEqual({ statusCode: 204 });
  });

  test('turns away what is no event', async () => {
    expect(await handler(request({ hello: 'world' }))).toMatchObject({ statusCode: 400 });
    expect(await handler(request(callEvent('x', 'session_start'), 'GET'))).toMatchObject({ statusCode: 405 });
  });
});
