import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
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
