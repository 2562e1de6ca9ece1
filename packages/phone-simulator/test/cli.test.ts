import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../src/cli';
import type { Io } from '../src/cli-view';
import { freshCaller } from '../src/fresh-caller';
import { receptionBot, startBot } from './audiocodes-peer';
import { type Peer, receptionist, speak, startPeer } from './peer';

const folder = mkdtempSync(join(tmpdir(), 'phone-'));
let peer: Peer;

beforeEach(async () => {
  peer = await startPeer(receptionist);
});
afterEach(() => peer.close());
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line with `typed` on a pipe. */
async function phone(
  argv: string[],
  options: { typed?: string; env?: NodeJS.ProcessEnv; tty?: boolean } = {},
) {
  const stdin: PassThrough & { isTTY?: boolean } = new PassThrough();
  const stdout: PassThrough & { isTTY?: boolean } = new PassThrough();
  const stderr = new PassThrough();
  const out: string[] = [];
  const err: string[] = [];
  stdout.on('data', (chunk) => out.push(String(chunk)));
  stderr.on('data', (chunk) => err.push(String(chunk)));
  stdout.isTTY = options.tty;
  let interrupt = () => {};
  const io: Io = {
    stdin,
    stdout,
    stderr,
    env: options.env ?? {},
    onInterrupt: (run) => {
      interrupt = run;
      return () => {};
    },
  };
  if (options.typed !== undefined) stdin.end(options.typed);
  const ended = main(argv, io);
  return {
    ended,
    code: () => ended,
    out: () => out.join(''),
    err: () => err.join(''),
    interrupt: () => interrupt(),
  };
}

const fast = (...more: string[]) => ['--url', peer.wsUrl, '--speed', '40', ...more];

test('--help explains itself', async () => {
  const run = await phone(['--help']);
  expect(await run.ended).toBe(0);
  for (const word of [
    '--url',
    '--http',
    '--script',
    '--speed',
    '/interrupt',
    'Examples',
    'Exit codes',
    'npm run phone',
  ]) {
    expect(run.out()).toContain(word);
  }
  for (const line of run.out().split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test.each([
  [['--nonsense'], /Unknown option '--nonsense'/],
  [['--speed', 'fast'], /--speed must be a number/],
  [['--network', 'verizon'], /--network must be one of sipgate, audiocodes, got "verizon"/],
  [['--wire', 'http+ws'], /--wire must be one of ws, http, got "http\+ws"/],
  [['--network', 'audiocodes', '--wire', 'fax'], /--wire must be one of http, http\+ws, ws, got "fax"/],
  [['--transfer', 'maybe'], /--transfer must be one of answered, no_answer, busy, declined/],
  [['--url', 'localhost:3000'], /--url must begin with ws:\/\//],
  [['--script', '/no/such/file.yaml'], /there is no such file or folder/],
])('%j is refused with advice', async (argv, message) => {
  const run = await phone(argv);
  expect(await run.ended).toBe(2);
  expect(run.err()).toMatch(message);
  expect(run.err()).not.toMatch(/\n\s+at /);
});

test.each([[[]], [['--http']]])('nobody there %j: advice, no stack', async (more) => {
  const { wsUrl } = peer;
  await peer.close();
  const run = await phone(['--url', wsUrl, ...more], { typed: '' });
  expect(await run.ended).toBe(3);
  expect(run.err()).toContain('nobody is listening there');
  expect(run.out()).not.toContain('PROTOCOL');
  expect(run.err()).toContain('Is the server running? Start it with `npm start`');
  expect(run.err()).not.toMatch(/\n\s+at /);
  peer = await startPeer(receptionist);
});

test.each([[[]], [['--http']]])('a call from a pipe %j', async (more) => {
  const run = await phone(fast(...more), { typed: 'Hallo\nWie geht es?\n/hangup\n' });
  expect(await run.ended).toBe(0);
  const rows = run
    .out()
    .split('\n')
    .filter((row) => /AGENT|YOU/.test(row))
    .map((row) => row.slice(9).trim());
  expect(rows).toEqual([
    'AGENT    Praxis Sommer, guten Tag.',
    'YOU      Hallo',
    'AGENT    Sie sagten: Hallo',
    'YOU      Wie geht es?',
    'AGENT    Sie sagten: Wie geht es?',
  ]);
  expect(run.out()).toMatch(/^\d\d:\d\d\.\d /m);
  expect(run.out()).toContain('the caller hung up');
  expect(run.out()).toMatch(/slowest answer \d\.\d s/);
  expect(run.out()).not.toContain('\u001b');
  expect(peer.types().at(-1)).toBe('session_end');
});

test.each(['http', 'http+ws', 'ws'])('a call from a pipe on AudioCodes, %s', async (wire) => {
  const bot = await startBot(receptionBot, { token: 'geheim', websocket: wire === 'http+ws' });
  const url = wire === 'ws' ? bot.wsUrl : bot.httpUrl;
  // The address says it for ws.
  const chosen = wire === 'ws' ? [] : ['--wire', wire];
  const run = await phone(['--network', 'audiocodes', ...chosen, '--url', url, '--speed', '40', '-v'], {
    typed: 'Hallo\n/key 1#\nTschüss\n',
    env: { AUDIOCODES_TOKEN: 'geheim' },
  });
  expect(await run.ended).toBe(0);
  await bot.close();
  for (const part of [
    'Sie sagten: Hallo',
    'Danke für die Eingabe.',
    'the agent hangs up',
    '"name":"DTMF"',
    'violations 0.',
  ]) {
    expect(run.out()).toContain(part);
  }
});

test('each call comes from somebody else, unless told', async () => {
  const callers = new Set<string>();
  for (let index = 0; index < 200; index += 1) callers.add(freshCaller(index));
  expect(callers.size).toBe(200);
  for (const caller of callers) expect(caller).toMatch(/^49(17139200|176040690)\d\d$/);

  const run = await phone(fast(), { typed: '/hangup\n' });
  expect(await run.ended).toBe(0);
  expect(callers).toContain(/as (\d+), number/.exec(run.out())?.[1]);
  const told = await phone(fast('--from', '4915790000001'), { typed: '/hangup\n' });
  expect(await told.ended).toBe(0);
  expect(told.out()).toContain('as 4915790000001, number');
  const anonymous = await phone(fast('--from', ''), { typed: '/hangup\n' });
  expect(await anonymous.ended).toBe(0);
  expect(anonymous.out()).toContain('as an anonymous caller');
});

test('AudioCodes without its secret: exit code 3', async () => {
  const bot = await startBot(receptionBot, { token: 'geheim' });
  const run = await phone(['--network', 'audiocodes', '--url', bot.httpUrl], { typed: '' });
  expect(await run.ended).toBe(3);
  expect(run.err()).toContain('AUDIOCODES_TOKEN');
  await bot.close();
});

test('the end of the pipe is a hang-up, after the last answer', async () => {
  const run = await phone(fast(), { typed: 'Hallo' });
  expect(await run.ended).toBe(0);
  expect(run.out()).toContain('Sie sagten: Hallo');
  expect(peer.types().at(-1)).toBe('session_end');
});

test('commands: keys, interruption, silence, help, and advice for what does not exist', async () => {
  const typed = [
    '/help',
    '/keys 5',
    '/key x',
    '/key 5',
    'eine lange Auskunft',
    '/interrupt Moment bitte',
    'Kundennummer',
    '/silence 4',
    'Tschüss',
    'wird nicht mehr gesagt',
  ];
  const run = await phone(fast(), { typed: `${typed.join('\n')}\n` });
  expect(await run.ended).toBe(0);
  for (const part of [
    '/interrupt TEXT',
    'There is no /keys; did you mean /key?',
    'For example: /key 5',
    '[key 5]',
    'you interrupt after',
    'Sie sagten: Moment bitte',
    'no input in time; the agent is told',
    'Sind Sie noch da?',
    'the agent hangs up',
    'not said: 1 line(s)',
  ]) {
    expect(run.out()).toContain(part);
  }
});

test('transfers and SMS are shown; --verbose shows the wire', async () => {
  const run = await phone(
    fast('--from', '4915790000001', '--transfer', 'busy', '--sms', 'failed', '--verbose'),
    {
      typed: 'eine SMS\nzur Anmeldung\n',
    },
  );
  expect(await run.ended).toBe(0);
  for (const part of [
    'SMS      to 4915790000001: Termin: Dienstag (fails)',
    'transfers the call to 4921163551; it rings',
    'transfer: busy',
    'the call comes back',
    'Da ist leider niemand.',
    '->       {"type":"session_start"',
    '<-       {"session_id"',
  ]) {
    expect(run.out()).toContain(part);
  }
});

test('Ctrl-C hangs up politely', async () => {
  const run = await phone(fast());
  while (!run.out().includes('AGENT')) await new Promise((resolve) => setTimeout(resolve, 5));
  run.interrupt();
  expect(await run.ended).toBe(0);
  expect(peer.types().at(-1)).toBe('session_end');
});

test('colours on a terminal, unless NO_COLOR', async () => {
  const coloured = await phone(fast(), { typed: '', tty: true });
  await coloured.ended;
  expect(coloured.out()).toContain('\u001b[36mAGENT');
  const plain = await phone(fast(), { typed: '', tty: true, env: { NO_COLOR: '1' } });
  await plain.ended;
  expect(plain.out()).not.toContain('\u001b');
});

test('the secret comes from --token or AIFLOW_API_KEY; without it exit code 3', async () => {
  await peer.close();
  peer = await startPeer(receptionist, { token: 'geheim' });
  expect(await (await phone(fast('--token', 'geheim'), { typed: '' })).ended).toBe(0);
  expect(await (await phone(fast(), { typed: '', env: { AIFLOW_API_KEY: 'geheim' } })).ended).toBe(0);
  const refused = await phone(fast(), { typed: '' });
  expect(await refused.ended).toBe(3);
  expect(refused.err()).toContain('AIFLOW_API_KEY');
});

test('a protocol violation by the agent: exit code 1', async () => {
  await peer.close();
  peer = await startPeer(({ event }) => (event.type === 'session_start' ? [speak('Hallo')] : undefined));
  const run = await phone(fast(), { typed: '/hangup\n' });
  expect(await run.ended).toBe(1);
  expect(run.out()).toContain('PROTOCOL An array of 1: one action is sent as a bare object. (spec 3.2)');
});

describe('scripts', () => {
  const script = (name: string, steps: string) => {
    writeFileSync(join(folder, name), `title: ${name}\nsteps:\n${steps}\n`);
    return join(folder, name);
  };

  test('one that passes: exit code 0', async () => {
    const run = await phone(fast('--script', script('good.yaml', '  - hears: guten Tag')));
    expect(await run.ended).toBe(0);
    expect(run.out()).toContain('PASS  good.yaml (sipgate, ws');
    expect(run.out()).toContain('1 passed, 0 failed');
  });

  test('a folder with one that fails: file, line, expectation, exit code 1', async () => {
    script('good.yaml', '  - hears: guten Tag');
    const bad = script('more.yml', '  - hears: guten Tag\n  - is_hung_up_on: within 200ms');
    const run = await phone(fast('--http', '--script', folder));
    expect(await run.ended).toBe(1);
    expect(run.out()).toContain(`${bad}:4: expected the agent to hang up, it did not`);
    expect(run.out()).toContain('PASS  good.yaml (sipgate, http');
    expect(run.out()).toContain('1 passed, 1 failed');
  });

  test('one that is not understood: exit code 2, nobody is called', async () => {
    const run = await phone(fast(script('broken.yaml', '  - hear: x')));
    expect(await run.ended).toBe(2);
    expect(run.err()).toContain('broken.yaml:3: there is no step "hear"');
    expect(peer.events).toEqual([]);
    rmSync(join(folder, 'broken.yaml'));
  });
});
