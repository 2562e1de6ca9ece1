import { WebSocket } from 'ws';
import type { Fields } from '../src/wire';
import { type BadLine, bad, badBytes, badFiles, badManifest, json } from './support/fixtures';
import { type Gateway, gatewayFor, gist } from './support/gateway';
import { recordingApp } from './support/recording-app';

const ID = '3f1c8e52-7a0b-4d7e-9a35-5c1b2e6d9f10';
const OTHER = '8b9d2a64-12f7-4c0e-8e3b-0a7d41c6e2b5';

let gateway: Gateway;
let recorder: ReturnType<typeof recordingApp>;
beforeEach(async () => {
  recorder = recordingApp();
  gateway = await gatewayFor(recorder.app);
});
afterEach(() => gateway.close());

/** Every file of the folder is in one of the tables below. */
const covered = new Set<string>();
function table<T extends unknown[]>(rows: readonly [file: string, ...rest: T][]): readonly [string, ...T][] {
  for (const [file] of rows) covered.add(file);
  return rows;
}

afterAll(() => {
  expect([...covered].sort()).toEqual([...badFiles].sort());
  expect([...covered].sort()).toEqual(badManifest.map(({ file }: BadLine) => file).sort());
});

describe('creation', () => {
  test.each(
    table<[number]>([
      ['create-missing-conversation.json', 400],
      ['create-empty-conversation.json', 400],
      ['create-numeric-conversation.json', 400],
      ['create-null.json', 400],
      ['create-array.json', 400],
      ['create-overlong-id.json', 400],
      ['create-path-traversal-id.json', 200],
      ['body-empty.txt', 400],
      ['body-form-encoded.txt', 400],
    ]),
  )('%s: %d', async (file, status) => {
    const reply = await gateway.post(gateway.botUrl, badBytes(file));
    expect(reply.status).toBe(status);
    if (status === 400) {
      expect(reply.json).toEqual({ error: expect.any(String), code: 'DOOR_BAD_REQUEST' });
      expect(recorder.platform.receiver.calls.size).toBe(0);
    }
  });

  test.each(table([['create-duplicate.json']]))(
    '%s: the same answer twice, and one conversation',
    async (file) => {
      const [first, second] = [
        await gateway.post(gateway.botUrl, bad(file)),
        await gateway.post(gateway.botUrl, bad(file)),
      ];
      expect([first.status, second.status]).toEqual([200, 200]);
      expect(second.json).toEqual(first.json);
      expect(recorder.platform.receiver.calls.size).toBe(1);
    },
  );
});

describe('requests of a conversation', () => {
  const texts = () => recorder.seen.map(({ type, text }) => text ?? type);

  test.each(
    table<[number, string[]]>([
      ['body-truncated.txt', 400, []],
      ['body-invalid-utf8.bin', 400, []],
      ['activities-missing.json', 400, []],
      ['activities-not-array.json', 400, []],
      ['activities-id-mismatch.json', 400, []],
      ['activities-empty.json', 200, []],
      ['activities-non-object-elements.json', 200, ['still here']],
      ['activities-unknown-type.json', 200, []],
      ['activities-unknown-event.json', 200, ['NOTIFICATION_EVENT_UNHANDLED']],
      ['activities-event-without-name.json', 200, []],
      ['activities-message-without-text.json', 200, []],
      ['activities-message-text-not-string.json', 200, []],
      ['activities-type-missing.json', 200, []],
      ['activities-type-capitalised.json', 200, ['LAUNCH']],
      ['activities-duplicate-id.json', 200, ['book a table']],
      ['activities-no-id-no-timestamp.json', 200, ['hello']],
      ['activities-prototype-keys.json', 200, ['LAUNCH']],
      ['start-hostile-strings.json', 200, ['LAUNCH']],
      ['start-no-parameters.json', 200, ['LAUNCH']],
      ['dtmf-lowercase-number.json', 200, ['DTMF_RECEIVED']],
      ['dtmf-illegal.json', 200, []],
      ['dtmf-missing-value.json', 200, []],
      ['machine-detection-unknown-value.json', 200, []],
      ['machine-detection-timeout-variant.json', 200, ['MACHINE_DETECTED']],
      ['transfer-status-unknown.json', 200, []],
      ['transfer-status-string.json', 200, ['TRANSFER_FAILED']],
    ]),
  )('%s: %d, and the app sees %j', async (file, status, seen) => {
    const conversation = await gateway.create(ID);
    await gateway.create(OTHER);
    const reply = await gateway.post(conversation.urls.activities, badBytes(file));
    expect(reply.status).toBe(status);
    expect(texts()).toEqual(seen);
    if (status === 200 && seen.length === 0) expect(reply.json).toEqual({});
    // In no case is a healthy call lost.
    expect(gist((await conversation.says('alive')).json)).toHaveLength(1);
    expect((await conversation.refresh()).status).toBe(200);
  });

  test.each(
    table<['activities' | 'refresh']>([
      ['activities-unknown-conversation.json', 'activities'],
      ['refresh-unknown.json', 'refresh'],
    ]),
  )('%s: 404', async (file, route) => {
    const body = bad(file);
    const reply = await gateway.post(`${gateway.botUrl}/conversation/${body.conversation}/${route}`, body);
    expect(reply.status).toBe(404);
    expect(recorder.platform.receiver.calls.size).toBe(0);
  });

  test.each(
    table<[string | undefined]>([
      ['disconnect-no-reason.json', undefined],
      ['disconnect-unknown-reason.json', 'solar-flare'],
      ['disconnect-twice.json', 'client-disconnected'],
    ]),
  )('%s: 200 however often, and one end', async (file, reason) => {
    const conversation = await gateway.create(ID);
    for (const _ of [1, 2]) {
      const reply = await gateway.post(conversation.urls.disconnect, bad(file));
      expect([reply.status, reply.json]).toEqual([200, {}]);
    }
    expect(recorder.seen.map((seen) => [seen.type, seen.reason])).toEqual([['SESSION_END', reason]]);
  });

  test('other methods and addresses', async () => {
    const conversation = await gateway.create(ID);
    const asked = async (url: string, method: string) => {
      const { status, headers } = await gateway.request(url, { method });
      return [status, headers.get('allow')];
    };
    expect(await asked(gateway.botUrl, 'DELETE')).toEqual([405, 'GET, POST']);
    expect(await asked(conversation.urls.activities, 'GET')).toEqual([405, 'POST']);
    expect(await asked(`${gateway.botUrl}/conversation/x`, 'POST')).toEqual([404, null]);
    expect((await gateway.post(conversation.urls.activities, 'x'.repeat(1024 * 1024 + 1))).status).toBe(413);
    expect(
      (await gateway.post(conversation.urls.activities, `"${'x'.repeat(1024 * 1024 - 2)}"`)).status,
    ).toBe(400);
  });
});

describe('who may not come in', () => {
  const TOKEN = 'the-right-one';

  test.each(table([['auth-wrong-token.json'], ['auth-basic-instead.json']]))(
    '%s: 401 everywhere',
    async (file) => {
      const guarded = recordingApp(undefined, { auth: { tokens: [TOKEN] } });
      const door = await gatewayFor(guarded.app);
      const right = { Authorization: `Bearer ${TOKEN}` };
      const conversation = await door.create(ID, right);
      for (const headers of [bad<{ headers: Record<string, string> }>(file).headers, {}]) {
        const { activities, refresh, disconnect, websocket } = conversation.urls;
        for (const url of [
          door.botUrl,
          activities,
          refresh,
          disconnect,
          `${door.botUrl}/conversation/x/other`,
        ]) {
          expect([url, (await door.post(url, '{"conv', headers)).status]).toEqual([url, 401]);
          expect([url, (await door.request(url, { headers })).status]).toEqual([url, 401]);
        }
        for (const url of [door.botUrl, websocket])
          await expect(door.dial(url, { headers })).rejects.toThrow('401');
      }
      expect(guarded.seen).toEqual([]);
      expect(guarded.platform.receiver.calls.size).toBe(1);
      expect((await door.request(door.botUrl, { headers: right })).json).toEqual(
        json('http-health-response.json'),
      );
      for (const url of [door.botUrl, conversation.urls.websocket]) {
        (await door.dial(url, { headers: right })).socket.close();
      }
      expect(gist((await conversation.says('Hello')).json)).toEqual(['say: TEXT']);
      await door.close();
    },
  );
});

describe('frames', () => {
  async function session() {
    const line = await gateway.dial();
    line.send({ ...json<object>('ws-session-initiate.json'), conversationId: ID });
    await line.frame(1);
    return line;
  }

  test.each(
    table<[afterSession: boolean]>([
      ['ws-not-json.txt', true],
      ['ws-array.json', true],
      ['ws-no-type.json', true],
      ['ws-unknown-type.json', true],
      ['ws-binary.bin', true],
      ['ws-chunk-before-session.json', false],
      ['ws-chunk-outside-stream.json', true],
      ['ws-chunk-bad-base64.json', true],
      ['ws-chunk-missing-audio.json', true],
      ['ws-chunk-odd-bytes.json', true],
      ['ws-chunk-other-conversation.json', true],
      ['ws-activities-not-array.json', true],
    ]),
  )('%s is ignored and the socket stays open', async (file, afterSession) => {
    const line = afterSession ? await session() : await gateway.dial();
    const before = line.frames.length;
    line.socket.send(badBytes(file), { binary: file.endsWith('.bin') });
    line.send(json('ws-connection-validate.json'));
    expect(await line.frame(before + 1)).toEqual(json('ws-connection-validated.json'));
    expect(recorder.seen).toEqual([]);
    expect(line.socket.readyState).toBe(WebSocket.OPEN);
  });

  test.each(
    table<[answers: string[], closes: boolean]>([
      ['ws-initiate-no-id.json', ['session.error'], true],
      ['ws-initiate-empty-formats.json', ['session.error'], true],
      ['ws-initiate-no-common-format.json', ['session.error'], true],
      ['ws-resume-unknown.json', ['session.error'], true],
      ['ws-initiate-no-formats.json', ['session.accepted'], false],
      ['ws-validate-with-extras.json', ['connection.validated'], false],
    ]),
  )('%s as the first frame: %j', async (file, answers, closes) => {
    const line = await gateway.dial();
    line.send(bad(file));
    await line.frame(answers.length);
    expect(line.frames.map(({ type }) => type)).toEqual(answers);
    if (closes) expect(await line.closed()).toBe(1000);
    expect(recorder.platform.receiver.calls.size).toBe(answers.includes('session.accepted') ? 1 : 0);
  });

  test.each(
    table<[answers: string[]]>([
      ['ws-initiate-twice.json', ['session.accepted', 'session.accepted']],
      ['ws-initiate-second-id.json', ['session.accepted', 'session.error']],
      ['ws-stop-without-start.json', ['session.accepted', 'userStream.stopped']],
    ]),
  )('%s within a session: %j, and the call goes on', async (file, answers) => {
    const line = await session();
    line.send(bad(file));
    await line.frame(answers.length);
    line.send({ type: 'activities', activities: [{ type: 'message', text: 'alive' }] });
    expect(gist(await line.activities(1))).toEqual(['say: TEXT']);
    expect(line.frames.map(({ type }) => type)).toEqual([...answers, 'activities']);
    expect(recorder.platform.receiver.calls.size).toBe(1);
  });

  test.each(table([['ws-end-no-reason.json']]))('%s ends the call', async (file) => {
    const line = await session();
    line.send(bad(file));
    while (recorder.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(recorder.seen.map(({ type }) => type)).toEqual(['SESSION_END']);
  });

  test.each(table([['async-ws-frame-from-gateway.json']]))('%s is ignored', async (file) => {
    const conversation = await gateway.create(ID);
    const line = await gateway.dial(conversation.urls.websocket);
    line.send(bad<Fields>(file));
    await conversation.says('Hello');
    expect(gist(await line.activities(1))).toEqual(['say: TEXT']);
  });
});
