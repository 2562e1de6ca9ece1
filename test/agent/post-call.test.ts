import { VirtualClock } from '@jovo-telephony/telephony/testing';
import fc from 'fast-check';
import { type AfterCall, afterCallSchema } from '../../src/agent/after-call/after-call-schema';
import { type CallReport, type EndedCall, maskNumbers } from '../../src/agent/after-call/call-report';
import { type PostCallOptions, postCall } from '../../src/agent/after-call/post-call';
import { schemaToZod, strictJsonSchema } from '../../src/agent/after-call/schema-to-zod';
import type { Summariser, Summary } from '../../src/agent/after-call/summariser';
import { retryAfterMs, retryWaitMs } from '../../src/agent/after-call/webhook';
import { signWebhook, verifyWebhook } from '../../src/agent/after-call/webhook-signature';
import { openAiSummariser } from '../../src/agent/brains/openai-summary';
import { systemClock } from '../../src/system-clock';
import { models } from '../support/model-server';
import { type Reaction, type WebhookServer, webhookServer } from '../support/webhook-server';

const SECRET = 'a secret of some length';
const NOW_MS = Date.parse('2026-03-02T09:31:00Z');
const RESULT = {
  properties: {
    reason: { enum: ['appointment', 'prescription', 'other'] },
    urgent: { type: 'boolean' },
    patients: { type: 'integer' },
    note: { type: 'string' },
  },
  required: ['reason', 'urgent'],
};
const CALL: EndedCall = {
  callId: 'call-1',
  network: 'sipgate',
  direction: 'inbound',
  from: '+4915112345678',
  to: '+4921163550',
  startedAtMs: NOW_MS - 60_000,
  endedAtMs: NOW_MS,
  profile: 'Praxis Dr. Sommer',
  language: 'de',
  outcome: 'transferred',
  actions: [
    { type: 'transfer', verdict: 'allowed', reason: 'allowed', number: '+4921163551' },
    { type: 'send_sms', verdict: 'refused', reason: 'budget_call' },
  ],
  transfers: [{ destination: 'reception', attempt: 1, outcome: 'unknown' }],
  messages: [
    { role: 'assistant', text: 'Guten Tag.' },
    { role: 'caller', text: 'Rufen Sie mich unter 0151 1234 5678 zurück.' },
    { role: 'note', text: 'The transfer failed.' },
  ],
};

let server: WebhookServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

interface Given {
  reactions?: Reaction[];
  section?: Record<string, unknown>;
  options?: Partial<PostCallOptions>;
  call?: Partial<EndedCall>;
}

async function post({ reactions = [204], section, options, call }: Given = {}) {
  server = await webhookServer(...reactions);
  const afterCall: AfterCall = afterCallSchema.parse({ url: server.url, ...section });
  const result = await postCall({ ...CALL, ...call }, { ...fast(), afterCall, ...options });
  const report = JSON.parse(server.posts[0]?.body ?? 'null') as CallReport;
  return { result, report, posts: server.posts };
}

const fast = () => ({
  secret: SECRET,
  clock: systemClock,
  epochMs: () => NOW_MS,
  random: () => 0.5,
  // The first attempt of a process on a busy machine takes its time, and counts as one.
  timing: { attemptMs: 1_000, firstWaitMs: 10, longestWaitMs: 40, deadlineMs: 6_000 },
});

/** Says what the test wants, one answer after the other, and counts. */
function summariser(...answers: (Summary | Error)[]): Summariser & { asked: number } {
  return {
    asked: 0,
    async summarise() {
      const answer = answers[Math.min(this.asked++, answers.length - 1)];
      if (!answer || answer instanceof Error) throw answer;
      return answer;
    },
  };
}

describe('the report', () => {
  test('says what happened, and neither numbers nor words by default', async () => {
    const { result, report, posts } = await post({ options: { summariser: summariser(new Error('down')) } });
    expect(result).toEqual({ result: 'delivered', attempts: 1, status: 204 });
    expect(report).toEqual({
      version: 1,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      callId: 'call-1',
      network: 'sipgate',
      direction: 'inbound',
      startedAt: '2026-03-02T09:30:00.000Z',
      endedAt: '2026-03-02T09:31:00.000Z',
      durationSeconds: 60,
      profile: 'Praxis Dr. Sommer',
      language: 'de',
      outcome: 'transferred',
      transfers: [{ destination: 'reception', attempt: 1, outcome: 'unknown' }],
      actions: [
        { type: 'transfer', verdict: 'allowed', reason: 'allowed' },
        { type: 'send_sms', verdict: 'refused', reason: 'budget_call' },
      ],
    });
    expect(posts[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(posts[0]?.body).not.toMatch(/\+49|1234|Rufen/);
  });

  test('holds the transcript if the profile asks, its numbers masked, without notes', async () => {
    const { report } = await post({ section: { transcript: true } });
    expect(report.transcript).toEqual([
      { role: 'assistant', text: 'Guten Tag.' },
      { role: 'caller', text: 'Rufen Sie mich unter [number] zurück.' },
    ]);
  });

  test('holds the numbers if the profile asks', async () => {
    const { report } = await post({ section: { includeNumbers: true, transcript: true } });
    expect(report).toMatchObject({ from: '+4915112345678', to: '+4921163550' });
    expect(report.actions[0]).toMatchObject({ number: '+4921163551' });
    expect(report.transcript?.[1]?.text).toContain('0151 1234 5678');
  });

  test('a call that cannot be told does not throw', async () => {
    const { result, posts } = await post({ call: { endedAtMs: Number.NaN } });
    expect(result).toMatchObject({ result: 'failed', attempts: 0, error: { name: 'RangeError' } });
    expect(posts).toEqual([]);
  });

  test('a wall clock that was set back makes no negative call', async () => {
    const { report } = await post({ call: { endedAtMs: CALL.startedAtMs - 5000 } });
    expect(report.durationSeconds).toBe(0);
  });

  test.each([
    ['Unter 0151 1234 5678 oder +49 (211) 635-50.', 'Unter [number] oder [number].'],
    ['Am 24.12.2026 um 10:30 für 1.250,00 Euro, Zimmer 12345.', undefined],
    ['IBAN 1234567890', 'IBAN [number]'],
  ])('masks "%s"', (text, masked) => {
    expect(maskNumbers(text)).toBe(masked ?? text);
  });
});

describe('summary and result', () => {
  const GOOD = { reason: 'appointment', urgent: false, note: null };
  const section = { result: RESULT };

  test('are in the report, the result as the profile wants it', async () => {
    const model = summariser({ summary: 'Rückruf an 0151 1234 5678.', result: GOOD });
    const { report } = await post({ section, options: { summariser: model } });
    expect(report.summary).toBe('Rückruf an [number].');
    expect(report.result).toEqual({ reason: 'appointment', urgent: false });
    expect(model.asked).toBe(1);
  });

  test('a bad result is asked for once more', async () => {
    const bad = { summary: 'Eins.', result: { ...GOOD, reason: 'chat' } };
    const model = summariser(bad, { summary: 'Zwei.', result: GOOD });
    const { report } = await post({ section, options: { summariser: model } });
    expect(report).toMatchObject({ summary: 'Zwei.', result: { reason: 'appointment' } });
    expect(model.asked).toBe(2);
  });

  test('a result that stays bad is left out, the summary is not', async () => {
    const model = summariser({ summary: 'Ein Termin.', result: { ...GOOD, number: '+49' } });
    const { report, result } = await post({ section, options: { summariser: model } });
    expect(report.summary).toBe('Ein Termin.');
    expect(report).not.toHaveProperty('result');
    expect(model.asked).toBe(2);
    expect(result.result).toBe('delivered');
  });

  test('a result nobody asked for is left out', async () => {
    const { report } = await post({ options: { summariser: summariser({ summary: 'Ja.', result: GOOD }) } });
    expect(report.summary).toBe('Ja.');
    expect(report).not.toHaveProperty('result');
  });

  test('a model that fails twice leaves a report without a summary', async () => {
    const model = summariser(new Error('down'));
    const { report, result } = await post({ options: { summariser: model } });
    expect(report).not.toHaveProperty('summary');
    expect(model.asked).toBe(2);
    expect(result.result).toBe('delivered');
  });

  test('a model that throws before it promises anything, too', async () => {
    const broken: Summariser = {
      summarise() {
        throw new TypeError('no');
      },
    };
    expect((await post({ options: { summariser: broken } })).result.result).toBe('delivered');
  });

  test('a call without a word of the caller is not summarised', async () => {
    const model = summariser({ summary: 'Erfunden.' });
    const call = { messages: CALL.messages.slice(0, 1) };
    expect((await post({ call, options: { summariser: model } })).report).not.toHaveProperty('summary');
    expect(model.asked).toBe(0);
  });

  test('a model that hangs is left in time, and its request aborted', async () => {
    const clock = new VirtualClock();
    let aborted = false;
    const hanging: Summariser = {
      summarise: (_messages, _schema, signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => {
            aborted = true;
          });
        }),
    };
    const posting = post({ options: { clock, summariser: hanging, summaryWithinMs: 3000 } });
    await until(() => clock.pending > 0);
    await clock.pass(2999);
    expect(server?.posts).toEqual([]);
    await clock.pass(1);
    expect((await posting).result.result).toBe('delivered');
    expect(aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });
});

describe('the delivery', () => {
  test('is signed: the receiver can check it', async () => {
    const { posts } = await post();
    const header = String(posts[0]?.headers['x-telephony-signature']);
    const body = posts[0]?.body ?? '';
    const time = { epochMs: NOW_MS + 299_000, toleranceMs: 300_000 };
    expect(header).toMatch(/^t=1772443860,v1=[0-9a-f]{64}$/);
    expect(verifyWebhook(header, body, SECRET, time)).toBe(true);
    expect(verifyWebhook(header, `${body} `, SECRET, time)).toBe(false);
    expect(verifyWebhook(header, body, 'another', time)).toBe(false);
    expect(verifyWebhook(header, body, SECRET, { ...time, epochMs: NOW_MS + 301_000 })).toBe(false);
    for (const broken of ['', 't=1', header.replace('t=', 't=9'), `${header},v1=00`]) {
      expect(verifyWebhook(broken, body, SECRET, time)).toBe(false);
    }
  });

  const passing: [string, Reaction][] = [
    ['500', 500],
    ['503', 503],
    ['429', 429],
    ['408', 408],
    ['a connection that breaks', (response) => response.destroy()],
    ['a receiver that hangs', () => {}],
  ];
  test.each(passing)('%s: it is tried again, with the same key and body', async (_, reaction) => {
    let now = NOW_MS;
    const epochMs = () => {
      now += 1000;
      return now;
    };
    const { result, posts } = await post({ reactions: [reaction, reaction, 200], options: { epochMs } });
    expect(result).toEqual({ result: 'delivered', attempts: 3, status: 200 });
    const keys = new Set(posts.map(({ headers }) => headers['idempotency-key']));
    expect([...keys]).toEqual([(JSON.parse(posts[0]?.body ?? '') as CallReport).id]);
    expect(new Set(posts.map(({ body }) => body)).size).toBe(1);
    // A receiver refuses an old signature, so each attempt has its own.
    expect(new Set(posts.map(({ headers }) => headers['x-telephony-signature'])).size).toBe(3);
  });

  test('the key is the same when the report is posted again, and another one for another call', async () => {
    const ids: string[] = [];
    for (const callId of ['call-1', 'call-1', 'call-2']) {
      ids.push((await post({ call: { callId } })).report.id);
      await server?.close();
      server = undefined;
    }
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  test.each([400, 401, 404, 410, 422])('%i: it is not tried again', async (status) => {
    const { result, posts } = await post({ reactions: [status] });
    expect(result).toEqual({ result: 'refused', attempts: 1, status });
    expect(posts).toHaveLength(1);
  });

  test('a redirect is not followed', async () => {
    const redirect: Reaction = (response) => response.writeHead(307, { Location: '/elsewhere' }).end();
    const { result, posts } = await post({ reactions: [redirect, 200] });
    expect(result).toEqual({ result: 'refused', attempts: 1, status: 307 });
    expect(posts).toHaveLength(1);
  });

  test('an answer without end is not read', async () => {
    let closed = false;
    const endless: Reaction = (response) => {
      response.writeHead(200).write('x'.repeat(100_000));
      response.on('close', () => {
        closed = true;
      });
    };
    expect((await post({ reactions: [endless] })).result).toMatchObject({ result: 'delivered' });
    await until(() => closed, 500);
  });

  test('a receiver that never recovers is given up at the deadline', async () => {
    const startMs = performance.now();
    const timing = { ...fast().timing, deadlineMs: 600 };
    const { result } = await post({ reactions: [500], options: { timing } });
    expect(result).toMatchObject({ result: 'gave_up', status: 500 });
    expect(result.attempts).toBeGreaterThan(2);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  test('a receiver that hangs for ever, too, and one that is not there', async () => {
    const timing = { ...fast().timing, attemptMs: 150, deadlineMs: 600 };
    const startMs = performance.now();
    const hanging = await post({ reactions: [() => {}], options: { timing } });
    expect(hanging.result).toMatchObject({ result: 'gave_up', status: undefined });
    expect(hanging.result.attempts).toBeGreaterThan(1);
    expect(performance.now() - startMs).toBeLessThan(2000);
    await server?.close();
    const afterCall = afterCallSchema.parse({ url: server?.url });
    server = undefined;
    expect(await postCall(CALL, { ...fast(), timing, afterCall })).toMatchObject({ result: 'gave_up' });
  });

  test('waits as long as the receiver asks', async () => {
    const busy: Reaction = (response) => response.writeHead(429, { 'Retry-After': '1' }).end();
    const timing = { ...fast().timing, longestWaitMs: 1500 };
    const { posts } = await post({ reactions: [busy, 200], options: { timing } });
    const waitedMs = (posts[1]?.atMs ?? 0) - (posts[0]?.atMs ?? 0);
    expect(waitedMs).toBeGreaterThan(980);
    expect(waitedMs).toBeLessThan(3000);
  });

  test('but not for ever', async () => {
    const busy: Reaction = (response) => response.writeHead(503, { 'Retry-After': '86400' }).end();
    expect((await post({ reactions: [busy, 200] })).result).toMatchObject({
      result: 'delivered',
      attempts: 2,
    });
  });

  test('a process that must stop ends the waiting', async () => {
    const controller = new AbortController();
    const timing = { ...fast().timing, firstWaitMs: 60_000, longestWaitMs: 60_000, deadlineMs: 600_000 };
    const posting = post({ reactions: [500], options: { timing, signal: controller.signal } });
    await until(() => server?.posts.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort();
    expect((await posting).result).toMatchObject({ result: 'aborted', attempts: 1 });
  });

  test('the waits grow, stay within their bounds, and honour what was asked', () => {
    const timing = { firstWaitMs: 1000, longestWaitMs: 60_000 };
    const waits = [1, 2, 3, 4, 5, 6, 7].map((attempts) => retryWaitMs(attempts, 0, 1, timing));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000]);
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.nat(1e9),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, asked, random) => {
          const waitMs = retryWaitMs(n + 1, asked, random, timing);
          expect(waitMs).toBeGreaterThanOrEqual(Math.min(60_000, Math.max(500, asked)));
          expect(waitMs).toBeLessThanOrEqual(60_000);
        },
      ),
    );
  });

  test.each([
    ['120', 120_000],
    [' 0 ', 0],
    ['Mon, 02 Mar 2026 09:31:30 GMT', 30_000],
    ['Mon, 02 Mar 2026 09:00:00 GMT', 0],
    ['-5', 0],
    ['soon', 0],
    ['9999999999999999', 0],
    [null, 0],
  ])('Retry-After: %s', (header, expected) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(expected);
  });

  test('no other body has the same signature', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (body, other) => {
        const header = signWebhook(body, SECRET, NOW_MS);
        const time = { epochMs: NOW_MS, toleranceMs: 0 };
        expect(verifyWebhook(header, other, SECRET, time)).toBe(other === body);
      }),
    );
  });
});

describe('the section of the profile', () => {
  test('has safe defaults', () => {
    expect(afterCallSchema.parse({ url: 'https://example.com/calls' })).toEqual({
      url: 'https://example.com/calls',
      transcript: false,
      includeNumbers: false,
    });
  });

  test.each([
    ['a file', { url: 'file:///etc/passwd' }],
    ['no address', { url: 'example' }],
    ['a password', { url: 'https://me:secret@example.com' }],
    ['an unknown key', { url: 'https://example.com', retries: 3 }],
    ['a nested result', { url: 'https://example.com', result: { properties: { a: { type: 'object' } } } }],
    ['an empty result', { url: 'https://example.com', result: { properties: {} } }],
    ['no such property', { url: 'https://example.com', result: { ...RESULT, required: ['toString'] } }],
    ['a strange name', { url: 'https://example.com', result: { properties: { 'a b': { type: 'string' } } } }],
  ])('refuses %s', (_, section) => {
    expect(afterCallSchema.safeParse(section).success).toBe(false);
  });

  const parse = (result: unknown) => {
    const schema = afterCallSchema.parse({ url: 'https://example.com', result }).result;
    if (!schema) throw new Error('There is a schema');
    return schema;
  };
  const check = schemaToZod(parse(RESULT));

  test.each([
    ['all of it', { reason: 'other', urgent: true, patients: 2, note: 'x' }, true],
    ['what is required', { reason: 'other', urgent: true }, true],
    ['null for what is optional', { reason: 'other', urgent: true, patients: null }, true],
    ['null for what is required', { reason: null, urgent: true }, false],
    ['something missing', { reason: 'other' }, false],
    ['another value', { reason: 'chat', urgent: true }, false],
    ['another type', { reason: 'other', urgent: 'true' }, false],
    ['half a patient', { reason: 'other', urgent: true, patients: 1.5 }, false],
    ['one more property', { reason: 'other', urgent: true, x: 1 }, false],
    ['no object', 'other', false],
    ['nothing', undefined, false],
  ])('a result with %s', (_, result, fits) => {
    expect(check.safeParse(result).success).toBe(fits);
  });

  test('any value goes through exactly if it is of the type that was asked for', () => {
    const types = { string: 'string', number: 'number', integer: 'number', boolean: 'boolean' } as const;
    const type = fc.constantFrom(...(Object.keys(types) as (keyof typeof types)[]));
    const value = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.jsonValue());
    fc.assert(
      fc.property(type, value, (asked, given) => {
        const schema = schemaToZod(parse({ properties: { a: { type: asked } }, required: ['a'] }));
        const result = schema.safeParse({ a: given });
        const fits =
          typeof given === types[asked] &&
          (typeof given !== 'number' || Number.isFinite(given)) &&
          (asked !== 'integer' || Number.isSafeInteger(given));
        expect(result.success).toBe(fits);
        if (result.success) expect(result.data).toEqual({ a: given });
      }),
    );
  });

  test('is told to a model strictly: everything is required, what is optional may be null', () => {
    expect(strictJsonSchema(parse(RESULT))).toEqual({
      type: 'object',
      properties: {
        reason: { type: 'string', enum: ['appointment', 'prescription', 'other'] },
        urgent: { type: 'boolean' },
        patients: { type: ['integer', 'null'] },
        note: { type: ['string', 'null'] },
      },
      required: ['reason', 'urgent', 'patients', 'note'],
      additionalProperties: false,
    });
    const optional = parse({ properties: { a: { enum: ['x', 'y'] } } });
    expect(strictJsonSchema(optional)).toMatchObject({
      properties: { a: { type: ['string', 'null'], enum: ['x', 'y', null] } },
    });
  });
});

describe('a summary by a model', () => {
  const { mock, misbehaving } = models();

  const model = (baseUrl = `${mock.url}/v1`) =>
    openAiSummariser({ apiKey: 'test', baseUrl, model: 'test-model' });
  const schema = afterCallSchema.parse({ url: 'https://example.com', result: RESULT }).result;
  const open = () => new AbortController().signal;

  test('is asked for with the schema, and the transcript as material', async () => {
    const answer = { summary: 'Ein Rückruf.', result: { reason: 'other', urgent: false } };
    mock.onMessage(/.*/s, { content: JSON.stringify(answer) });
    expect(await model().summarise(CALL.messages, schema, open())).toEqual(answer);
    const body = mock.getLastRequest()?.body as unknown as {
      stream?: boolean;
      messages: { role: string; content: string }[];
      response_format: { type: string; json_schema: { strict: boolean; schema: { required: string[] } } };
    };
    expect(body.response_format).toMatchObject({ type: 'json_schema', json_schema: { strict: true } });
    expect(body.response_format.json_schema.schema.required).toEqual(['summary', 'result']);
    expect(body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(body.messages[1]?.content.split('\n')).toHaveLength(CALL.messages.length);
  });

  test('without a schema there is no result, even if the model gives one', async () => {
    mock.onMessage(/.*/s, { content: '{"summary": "Ja.", "result": {"a": 1}}' });
    expect(await model().summarise(CALL.messages, undefined, open())).toEqual({ summary: 'Ja.' });
  });

  test.each([
    ['no JSON', 'Der Anrufer'],
    ['no summary', '{"result": {}}'],
    ['an empty summary', '{"summary": " "}'],
    ['a list', '[]'],
  ])('%s is an error that does not repeat it', async (_, content) => {
    mock.onMessage(/.*/s, { content });
    const failure = model().summarise(CALL.messages, schema, open());
    await expect(failure).rejects.toMatchObject({ name: 'SummaryError' });
    await expect(failure).rejects.not.toThrow(/Anrufer/);
  });

  test('a failing model is not tried again here', async () => {
    mock.nextRequestError(500, { message: 'no' });
    await expect(model().summarise(CALL.messages, schema, open())).rejects.toMatchObject({ status: 500 });
    expect(mock.getRequests()).toHaveLength(1);
  });

  test('the whole way: a hanging model is closed, and the report goes out without it', async () => {
    const hostile = await misbehaving(() => {});
    const options = { summariser: model(hostile.url), summaryWithinMs: 200 };
    const { result, report } = await post({ section: { result: RESULT }, options });
    expect(result.result).toBe('delivered');
    expect(report).not.toHaveProperty('summary');
    await until(() => hostile.closedEarly === 1);
  });
});

async function until(condition: () => boolean, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
