import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { playScript, readScript } from '@jovo-telephony/phone-simulator';
import type { CallReport } from '../src/agent/after-call/call-report';
import { verifyWebhook } from '../src/agent/after-call/webhook-signature';
import type { RunningServer } from '../src/server';
import { brokenFirst, callModel } from './support/call-model';
import { startServer } from './support/call-server';
import { keptLog } from './support/kept-log';
import { CallPlayer, scriptsIn, urlOf, waysOf } from './support/play-calls';
import { type WebhookServer, webhookServer } from './support/webhook-server';

const SECRET = 'a secret of some length';
const CALLS = join(__dirname, 'calls');
const player = new CallPlayer();
const { log, lines } = keptLog('debug');
let folder: string;
let receiver: WebhookServer;
let offline: RunningServer | undefined;
let modelled: RunningServer | undefined;
let chained: RunningServer | undefined;
const model = callModel();
const chain = brokenFirst();

/** The shipped agents, and those of the fixtures beside them. */
function agentsFolder(webhook: string): string {
  const path = mkdtempSync(join(tmpdir(), 'agents-'));
  for (const from of ['../agents', 'fixtures/agents-calls'])
    cpSync(join(__dirname, from), path, { recursive: true });
  for (const file of readdirSync(path).filter((name) => name.endsWith('.yaml'))) {
    const text = readFileSync(join(path, file), 'utf8');
    const filled = text
      .replace('[CALENDAR]', JSON.stringify([join(__dirname, 'support/mcp-server.cjs')]))
      .replace('url: WEBHOOK', `url: ${webhook}`);
    writeFileSync(join(path, file), filled);
  }
  return path;
}

beforeAll(async () => {
  receiver = await webhookServer();
  folder = agentsFolder(receiver.url);
  const environment = { AGENTS_DIR: folder, WEBHOOK_SECRET: SECRET };
  await Promise.all([model.start(), chain.start()]);
  const prices = { OPENAI_INPUT_CENTS_PER_MILLION: '100', OPENAI_OUTPUT_CENTS_PER_MILLION: '100' };
  const withModel = { ...environment, ...prices, OPENAI_API_KEY: 'test' };
  offline = await startServer(environment, { log });
  modelled = await startServer({ ...withModel, OPENAI_BASE_URL: `${model.url}/v1` }, { log });
  const models = { OPENAI_MODEL: 'first', OPENAI_FALLBACK_MODEL: 'second' };
  chained = await startServer({ ...withModel, ...models, OPENAI_BASE_URL: `${chain.url}/v1` }, { log });
  player.start();
});
afterAll(async () => {
  player.stop();
  await Promise.all([offline, modelled, chained].map((server) => server?.close()));
  await Promise.all([model.stop(), chain.stop()]);
  await receiver.close();
  rmSync(folder, { recursive: true });
});

describe('calls with the offline brain', () => {
  for (const part of ['', 'rules', 'menu']) player.folder(join(CALLS, part), () => offline?.port);
});

describe('calls with a language model', () => {
  player.folder(join(CALLS, 'model'), () => modelled?.port);
});

describe('calls that take as long as in life', () => {
  player.folder(join(CALLS, 'real-time'), () => offline?.port, 1);
  player.folder(join(CALLS, 'model/real-time'), () => modelled?.port, 1);
});

describe('calls with two models, the first of which is down', () => {
  player.folder(join(CALLS, 'chain'), () => chained?.port);
});

describe('callers who come back', () => {
  const pairs = scriptsIn(join(CALLS, 'again')).filter((file) => file.endsWith('-1.yaml'));
  test.each(pairs.map((file) => basename(file, '-1.yaml')))(
    '%s',
    async (name) => {
      const played = [];
      // Somebody else on each network: who has called is remembered by the number.
      for (const [index, network] of ['sipgate', 'audiocodes'].entries())
        for (const part of [1, 2]) {
          const script = readScript(join(CALLS, 'again', `${name}-${part}.yaml`));
          script.call.from = `491579300000${index}`;
          for (const way of waysOf(script).filter((each) => each.network === network)) {
            const url = urlOf(way, offline?.port);
            const { failures } = await playScript(script, { url, ...way, speed: 20 });
            played.push({ part, way, failures });
          }
        }
      expect(played.filter(({ failures }) => failures.length > 0)).toEqual([]);
    },
    120_000,
  );
});

test('what went wrong was logged by its kind, without a word of what was said', () => {
  const failed = lines.filter(({ code }) => code === 'TURN_FAILED');
  const kinds = failed.map(({ kind, status }) => [kind, status]);
  expect(kinds).toContainEqual(['InternalServerError', 500]);
  expect(kinds).toContainEqual(['RateLimitError', 429]);
  const told = new Set(['level', 'time', 'code', 'network', 'callId', 'kind', 'status', 'msg']);
  for (const line of failed) expect(Object.keys(line).filter((field) => !told.has(field))).toEqual([]);
});

test('each call to the law firms was reported, signed, with its transfers and without a number', async () => {
  const reports = receiver.posts.map(({ body, headers }) => {
    const signature = String(headers['x-telephony-signature']);
    expect(verifyWebhook(signature, body, SECRET, { epochMs: Date.now(), toleranceMs: 300_000 })).toBe(true);
    return JSON.parse(body) as CallReport;
  });
  expect(new Set(reports.map(({ profile }) => profile))).toEqual(
    new Set(['Kanzlei Brandt', 'Harcourt Solicitors']),
  );
  const confirmed = reports.filter(({ transfers }) => transfers.length === 2);
  expect(confirmed.length).toBeGreaterThanOrEqual(4);
  for (const { network, transfers } of confirmed) {
    expect(transfers.map(({ destination }) => destination)).toEqual(['office', 'office']);
    // sipgate does not say why.
    const why = network === 'sipgate' ? ['failed'] : ['busy', 'no_answer'];
    for (const { outcome } of transfers) expect(why).toContain(outcome);
  }
  expect(JSON.stringify(reports)).not.toMatch(/4915790|447400/);
});

test('the table of what is covered names every script, and no other', () => {
  const files = readdirSync(CALLS, { recursive: true, encoding: 'utf8' });
  const scripts = files.filter((file) => file.endsWith('.yaml')).map((file) => file.replace(/\.yaml$/, ''));
  const table = readFileSync(join(CALLS, 'README.md'), 'utf8').split('## What is covered where')[1] ?? '';
  const named = new Set(table.split(/[\s|,;]+/));
  expect(scripts.filter((script) => !named.has(script))).toEqual([]);
  const others = [...named].filter((name) => /^[a-z-]+\/[a-z0-9/-]+$/.test(name) && !scripts.includes(name));
  expect(others).toEqual([]);
});

test('no digit of an entry was logged', () => {
  // Otherwise nothing was looked at.
  expect(lines.length).toBeGreaterThan(10);
  // Ids are drawn by lot, digits and all.
  const texts = lines.map(({ time, callId, ...line }) => JSON.stringify(line));
  expect(texts.filter((line) => /7391|12345|45678|sieben drei|seven three/.test(line))).toEqual([]);
});
