import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readSettings, SettingsError } from '../src/settings';

test('without any variable the server can be started', () => {
  expect(readSettings({})).toEqual({
    port: 3000,
    host: '0.0.0.0',
    aiflowApiKey: undefined,
    agentsDir: resolve('agents'),
    watchAgents: false,
    webhookSecret: undefined,
    journal: { url: undefined, dataDir: resolve('data'), key: undefined },
    openai: undefined,
    fillerAfterMs: 900,
    holdAfterMs: 1_500,
    answerWithinMs: 6_000,
    inputTimeoutMs: 8_000,
    trustProxy: 0,
    drainMs: 60_000,
    aiflowAllowFrom: undefined,
    limits: { concurrent: 1_000, perCaller: 30, perNumber: 600, perAddress: 3_000 },
    log: { level: 'info', format: 'auto' },
    metrics: { port: undefined, tokens: undefined },
    alarmWebhookUrl: undefined,
  });
});

test('an empty variable is as good as none', () => {
  expect(readSettings({ PORT: '', AIFLOW_API_KEY: '', OPENAI_API_KEY: '' })).toEqual(readSettings({}));
});

test('a key or a base URL brings the language model', () => {
  expect(readSettings({ OPENAI_API_KEY: 'k', OPENAI_MODEL: 'm' }).openai).toEqual({
    apiKey: 'k',
    model: 'm',
  });
  expect(readSettings({ OPENAI_BASE_URL: 'http://localhost:1/v1' }).openai).toMatchObject({
    baseUrl: 'http://localhost:1/v1',
  });
});

test('several secrets are valid while one replaces the other', () => {
  expect(readSettings({ AIFLOW_API_KEY: 'new, old' }).aiflowApiKey).toEqual(['new', 'old']);
  expect(readSettings({ METRICS_TOKEN: 'one' }).metrics.tokens).toEqual(['one']);
});

describe('a secret in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  const file = join(folder, 'secret');
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is read from there, without the end of its line', () => {
    writeFileSync(file, 'a secret of some length\n');
    expect(readSettings({ WEBHOOK_SECRET_FILE: file }).webhookSecret).toBe('a secret of some length');
    expect(readSettings({ AIFLOW_API_KEY_FILE: file }).aiflowApiKey).toEqual(['a secret of some length']);
  });

  test('that is empty, is not there, or is given twice stops the start without telling anything of it', () => {
    writeFileSync(file, '\n');
    expect(() => readSettings({ METRICS_TOKEN_FILE: file })).toThrow(
      /^METRICS_TOKEN_FILE: expected a file with/,
    );
    expect(() => readSettings({ OPENAI_API_KEY_FILE: `${file}-not` })).toThrow(
      /^OPENAI_API_KEY_FILE: expected a file/,
    );
    writeFileSync(file, 'one');
    expect(() => readSettings({ METRICS_TOKEN: 'two', METRICS_TOKEN_FILE: file })).toThrow(
      /either METRICS_TOKEN or/,
    );
  });
});

test('who is trusted to say where requests come from: a number of proxies, or their addresses', () => {
  expect(readSettings({ TRUST_PROXY: '2' }).trustProxy).toBe(2);
  expect(readSettings({ TRUST_PROXY: '10.0.0.0/8, ::1' }).trustProxy).toMatchObject({
    entries: ['10.0.0.0/8', '::1'],
  });
});

test('alarms that go somewhere need a secret that signs them', () => {
  expect(() => readSettings({ ALARM_WEBHOOK_URL: 'https://ops.example' })).toThrow(
    /^WEBHOOK_SECRET: expected /,
  );
});

test('what models cost is told as two prices, or not at all', () => {
  const prices = { OPENAI_INPUT_CENTS_PER_MILLION: '40', OPENAI_OUTPUT_CENTS_PER_MILLION: '160' };
  expect(readSettings({ OPENAI_API_KEY: 'k', ...prices }).openai?.prices).toEqual({
    inputCentsPerMillion: 40,
    outputCentsPerMillion: 160,
  });
  expect(() => readSettings({ OPENAI_API_KEY: 'k', OPENAI_INPUT_CENTS_PER_MILLION: '40' })).toThrow(
    /OPENAI_OUTPUT_CENTS_PER_MILLION: expected both or none/,
  );
});

test('settings cannot be changed afterwards', () => {
  expect(Object.isFrozen(readSettings({}))).toBe(true);
});

test.each([
  ['PORT', 'abc'],
  ['PORT', '70000'],
  ['AGENTS_WATCH', 'yes'],
  ['WEBHOOK_SECRET', 'short'],
  ['OPENAI_BASE_URL', 'localhost'],
  ['OPENAI_BASE_URL', 'file:///etc/passwd'],
  ['HOLD_AFTER_SECONDS', '0'],
  ['ANSWER_WITHIN_SECONDS', 'soon'],
  ['TRUST_PROXY', 'yes'],
  ['TRUST_PROXY', '10'],
  ['DRAIN_SECONDS', '-1'],
  ['DRAIN_SECONDS', '7201'],
  ['AIFLOW_API_KEY', 'new,,old'],
  ['AIFLOW_ALLOW_FROM', 'sipgate.de'],
  ['CONCURRENT_CALLS', '1.5'],
  ['LOG_LEVEL', 'loud'],
  ['LOG_FORMAT', 'xml'],
  ['METRICS_PORT', '-1'],
  ['METRICS_TOKEN', ','],
  ['ALARM_WEBHOOK_URL', 'mailto:ops@example.com'],
])('%s=%s stops the start with the name of the variable and what was expected', (variable, value) => {
  expect(() => readSettings({ [variable]: value })).toThrow(SettingsError);
  expect(() => readSettings({ [variable]: value })).toThrow(new RegExp(`^${variable}: expected `));
});

test('a fault does not repeat a secret', () => {
  expect(() => readSettings({ PORT: 'x', OPENAI_API_KEY: 'sk-secret' })).not.toThrow(/sk-secret/);
  expect(() => readSettings({ WEBHOOK_SECRET: 'my-secret' })).not.toThrow(/my-secret/);
});

test('.env.example explains every setting, with its default', () => {
  const example = readFileSync(resolve('.env.example'), 'utf8');
  const lines = example.split('\n').filter((line) => /^[A-Z_]+=/.test(line));
  const variables = Object.fromEntries(lines.map((line) => line.split('=', 2) as [string, string]));
  expect(readSettings(variables)).toEqual(readSettings({}));
  const source = readFileSync(resolve('src/settings.ts'), 'utf8');
  const known = [...source.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name);
  expect(Object.keys(variables).sort()).toEqual([...new Set(known)].sort());
});
