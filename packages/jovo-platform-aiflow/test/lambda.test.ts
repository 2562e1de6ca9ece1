import { type GatewayRequest, lambdaDoor } from '../src';
import { bad, event } from './support/fixtures';
import { recordingApp } from './support/recording-app';

type Version = 'HTTP API 2.0' | 'REST API 1.0';

function request(
  version: Version,
  body: string | null | undefined,
  more: GatewayRequest & { method?: string } = {},
) {
  const { method = 'POST', ...fields } = more;
  const shape: GatewayRequest =
    version === 'HTTP API 2.0' ? { requestContext: { http: { method } } } : { httpMethod: method };
  return {
    headers: { 'content-type': 'application/json' },
    body,
    isBase64Encoded: false,
    ...shape,
    ...fields,
  };
}

const json = (name: string) => JSON.stringify(event(name));

describe.each<Version>(['HTTP API 2.0', 'REST API 1.0'])('%s', (version) => {
  const ask = (
    given: Parameters<typeof request>[1],
    more?: Parameters<typeof request>[2],
    apiKey?: string,
  ) => {
    const { app, seen } = recordingApp();
    return { seen, answer: lambdaDoor(app, { apiKey })(request(version, given, more)) };
  };

  test('one action is an object', async () => {
    const { statusCode, headers, body } = await ask(json('session_start')).answer;
    expect(statusCode).toBe(200);
    expect(headers).toEqual({ 'Content-Type': 'application/json' });
    expect(JSON.parse(String(body))).toMatchObject({ type: 'speak', text: 'LAUNCH' });
  });

  test('a base64 body is decoded', async () => {
    const encoded = Buffer.from(json('user_speak')).toString('base64');
    const { seen, answer } = ask(encoded, { isBase64Encoded: true });
    expect((await answer).statusCode).toBe(200);
    expect(seen[0]?.text).toBe(event('user_speak').text as unknown as string);
  });

  test.each(['session_end', 'unknown_future_event', 'user_speech_started'])(
    '%s: 204 without a body',
    async (name) => {
      expect(await ask(json(name)).answer).toEqual({ statusCode: 204 });
    },
  );

  test.each([bad('not_json.txt'), bad('truncated.json.txt'), '', null, undefined, '[]', 'null'])(
    '%p: 400',
    async (body) => {
      const answer = await ask(body).answer;
      expect(answer.statusCode).toBe(400);
      expect(answer.body).not.toMatch(/\bat |\.ts|node_modules|\/src\//);
    },
  );

  test('401 before anything is parsed', async () => {
    for (const headers of [{}, { 'X-API-TOKEN': 'wrong' }, null]) {
      const { seen, answer } = ask('not json', { headers }, 'secret');
      expect((await answer).statusCode).toBe(401);
      expect(seen).toEqual([]);
    }
    expect(
      (await ask(json('user_speak'), { headers: { 'x-api-TOKEN': 'secret' } }, 'secret').answer).statusCode,
    ).toBe(200);
  });

  test.each(['GET', 'HEAD', 'PUT'])('%s: 405', async (method) => {
    const { statusCode, headers } = await ask(json('session_start'), { method }).answer;
    expect([statusCode, headers?.Allow]).toEqual([405, 'POST']);
  });

  test.each([
    [1024 * 1024, 400],
    [1024 * 1024 + 1, 413],
  ])('%d bytes: %d', async (bytes, status) => {
    expect((await ask('x'.repeat(bytes)).answer).statusCode).toBe(status);
    const encoded = Buffer.from('x'.repeat(bytes)).toString('base64');
    expect((await ask(encoded, { isBase64Encoded: true }).answer).statusCode).toBe(status);
  });
});

test('a handler that throws is an apology, and nothing of it gets out', async () => {
  const { app } = recordingApp(() => {
    throw new Error(`secret in ${__filename}`);
  });
  const { statusCode, body } = await lambdaDoor(app)(request('HTTP API 2.0', json('user_speak')));
  expect(statusCode).toBe(200);
  expect(body).toMatch('something went wrong');
  expect(body).not.toMatch('secret');
});

test('first events that come together start the app once', async () => {
  const { app, seen } = recordingApp();
  const door = lambdaDoor(app);
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((id) => door(request('HTTP API 2.0', JSON.stringify(event('session_start', id))))),
  );
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
  expect(seen).toHaveLength(3);
});

test('an app that cannot start is a bare 500', async () => {
  const { app } = recordingApp();
  app.onError(() => {});
  app.initialize = async () => {};
  const { statusCode, body } = await lambdaDoor(app)(request('HTTP API 2.0', json('user_speak')));
  expect(statusCode).toBe(500);
  expect(JSON.parse(String(body))).toEqual({
    error: 'The event could not be handled',
    code: 'DOOR_FAILED',
  });
});
