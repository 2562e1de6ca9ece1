import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runJournalCli } from '../../src/journal/cli';
import type { RunningServer } from '../../src/server';
import { callEvent, post, startServer } from '../support/call-server';

const KEY = 'a1'.repeat(32);
const CALLER = '4915790000001';
const AGENTS = join(__dirname, '..', '..', 'agents');
const MENU = join(__dirname, '..', 'fixtures', 'agents-calls', 'stadtwerke.yaml');

const folder = mkdtempSync(join(tmpdir(), 'journal-calls-'));
const agentsDir = join(folder, 'agents');
let server: RunningServer | undefined;
let dataDir: string;
let environment: Record<string, string>;

/** The shipped practice, and what its profile says of privacy. */
function profile(privacy: string, more = ''): void {
  rmSync(agentsDir, { recursive: true, force: true });
  mkdirSync(agentsDir);
  const practice = readFileSync(join(AGENTS, 'praxis-sommer.yaml'), 'utf8');
  writeFileSync(join(agentsDir, 'praxis.yaml'), `${practice}\n${privacy}\n${more}\n`);
}

async function start(): Promise<RunningServer> {
  server = await startServer(environment);
  return server;
}

async function stop(): Promise<void> {
  await server?.close();
  server = undefined;
}

const send = async (id: string, type: string, fields: Record<string, unknown> = {}, to?: string) =>
  (await post(server?.port ?? 0, callEvent(id, type, fields, to))).text;

/** What the command line prints. */
async function journal(...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  await runJournalCli(args, environment, (line) => lines.push(line));
  return lines;
}

const exported = async (...args: string[]) =>
  (await journal('export', ...args)).map((line) => JSON.parse(line) as Record<string, unknown>);

/** Every byte that lies in the data folder. */
const onDisk = () =>
  readdirSync(dataDir)
    .map((file) => readFileSync(join(dataDir, file)).toString('latin1'))
    .join();

beforeEach(() => {
  dataDir = mkdtempSync(join(folder, 'data-'));
  environment = { DATA_DIR: dataDir, JOURNAL_URL: '', JOURNAL_KEY: KEY, AGENTS_DIR: agentsDir };
});
afterEach(stop);
afterAll(() => rmSync(folder, { recursive: true }));

/** A call with a question, and the number of somebody in it. */
async function call(id: string): Promise<void> {
  await send(id, 'session_start');
  await send(id, 'user_speak', {
    text: 'Wann haben Sie geöffnet? Meine Nummer ist null eins sieben eins vier vier.',
  });
  await send(id, 'session_end');
}

describe('what is kept of a call', () => {
  test('while it lives everything, sealed; of a call that is over nothing that was said', async () => {
    profile('');
    await start();
    await send('c1', 'session_start');
    await send('c1', 'user_speak', { text: 'Ich heiße Ottokar Meierling. Wann haben Sie geöffnet?' });
    const [live] = await exported('--words', 'all');
    expect(JSON.stringify(live?.transcript)).toContain('Ottokar Meierling');
    expect(JSON.stringify(live?.transcript)).toContain('montags bis freitags');
    expect(onDisk()).not.toMatch(/Ottokar|montags/);
    expect(onDisk()).not.toContain(CALLER);
    await send('c1', 'session_end');
    const [over] = await exported('--words', 'all');
    expect(over).toMatchObject({
      call: 'sipgate/c1',
      network: 'sipgate',
      direction: 'inbound',
      profile: 'praxis.yaml',
      called: '4921163550',
      outcome: 'caller_hung_up',
      turns: 1,
      entries: expect.arrayContaining([expect.objectContaining({ kind: 'event', type: 'TEXT' })]),
    });
    expect(over).not.toHaveProperty('transcript');
    expect(over).not.toHaveProperty('caller');
    expect(JSON.stringify(over)).not.toMatch(/Ottokar|montags|"words"/);
  });

  test('everything, if the profile wants that; without numbers, unless it wants those, too', async () => {
    profile('privacy: { keep: everything, days: 3 }');
    await start();
    await call('c1');
    const [kept] = await exported('--words', 'all');
    expect(kept?.transcript).toMatchObject([
      { role: 'assistant', text: expect.stringContaining('Praxis Doktor Sommer') },
      { role: 'caller', text: 'Wann haben Sie geöffnet? Meine Nummer ist [number].' },
      { role: 'assistant', text: expect.stringContaining('montags bis freitags') },
    ]);
    expect(JSON.stringify(kept)).not.toMatch(/null eins|4915790000001/);
    await stop();
    profile('privacy: { keep: everything, redact: false }');
    await start();
    await call('c2');
    const [, second] = await exported('--words', 'all');
    expect(JSON.stringify(second?.transcript)).toContain('null eins sieben eins');
    expect(second?.caller).toBe(CALLER);
    // Whoever exports may leave them out all the same.
    expect(JSON.stringify(await exported('--call', 'c2'))).not.toMatch(/null eins|4915790000001/);
    expect(JSON.stringify(await exported('--call', 'c2', '--words', 'none'))).not.toContain('montags');
  });

  test('nothing, if the profile wants that', async () => {
    profile('privacy: { keep: nothing }');
    await start();
    await call('c1');
    const [over] = await exported('--words', 'all');
    expect(over).toMatchObject({ call: 'sipgate/c1', entries: [] });
    expect(over).not.toHaveProperty('profile', 'transcript');
  });

  test('a PIN is never to be read, not even while it is being keyed', async () => {
    rmSync(agentsDir, { recursive: true, force: true });
    mkdirSync(agentsDir);
    writeFileSync(join(agentsDir, 'stadtwerke.yaml'), `default: true\n${readFileSync(MENU, 'utf8')}`);
    await start();
    const to = '4921163560';
    await send('c1', 'session_start', {}, to);
    await send('c1', 'dtmf_received', { digit: '4' }, to);
    for (const digit of ['7', '3', '9']) await send('c1', 'dtmf_received', { digit }, to);
    expect(onDisk()).not.toMatch(/7391|739|"digits"/);
    // The process dies; another one goes on with the digits that it has.
    const dead = server;
    await start();
    const answer = await send('c1', 'dtmf_received', { digit: '1' }, to);
    expect(answer).toContain('Sie sind angemeldet');
    await send('c1', 'session_end', {}, to);
    await stop();
    await dead?.close();
    expect(JSON.stringify(await exported('--words', 'all'))).not.toMatch(/7391/);
  });
});

describe('whose call it was', () => {
  test('a caller who is erased leaves nothing', async () => {
    profile('privacy: { keep: everything }');
    await start();
    await call('c1');
    await call('c2');
    expect(await exported('--caller', '+49 1579 0000001')).toHaveLength(2);
    expect(await exported('--caller', '+49 1579 0000002')).toEqual([]);
    expect(await journal('erase', '--caller', `+${CALLER}`)).toEqual(['2 calls erased']);
    expect(await exported()).toEqual([]);
  });

  test('a caller who comes back is greeted as one, by the same profile', async () => {
    const greeting = 'Schön, dass Sie wieder anrufen!';
    profile('', `greetings: { returning: "${greeting}" }`);
    await start();
    expect(await send('c1', 'session_start')).not.toContain(greeting);
    await send('c1', 'session_end');
    await stop();
    await start();
    expect(await send('c2', 'session_start')).toContain(greeting);
    // It is the number that comes back, not the call.
    expect(onDisk()).not.toContain(CALLER);
  });
});

describe('the command line', () => {
  test('shows a call to people, and says what to do when it cannot', async () => {
    profile('privacy: { keep: everything }');
    await start();
    await call('c1');
    const [shown] = await journal('show', 'c1');
    expect(shown).toMatch(/^call\s+sipgate\/c1$/m);
    expect(shown).toMatch(/^ {2}caller\s+Wann haben Sie geöffnet\?/m);
    await expect(journal('show', 'c9')).rejects.toThrow(/There is no such call/);
    await expect(journal('show')).rejects.toThrow(/which call\?/);
    await expect(journal('erase')).rejects.toThrow(/whose calls\?/);
    await expect(journal('export', '--words', 'some')).rejects.toThrow(/--words: expected/);
    await expect(journal('export', '--caller', 'Meier')).rejects.toThrow(/--caller: expected/);
    expect(await journal('purge')).toEqual(['0 calls purged or ended']);
    expect((await journal('--help'))[0]).toContain('npm run journal');
    expect((await journal())[0]).toContain('npm run journal');
    await expect(journal('list')).rejects.toThrow(
      '"list" is not a command; there are export, show, erase, purge.',
    );
  });

  test('words that were sealed with another key are said to be there, and the rest is shown', async () => {
    profile('privacy: { keep: everything }');
    await start();
    await call('c1');
    await stop();
    environment.JOURNAL_KEY = 'b2'.repeat(32);
    const [lost] = await exported('--words', 'all');
    expect(lost).toMatchObject({ call: 'sipgate/c1', outcome: 'caller_hung_up', unreadable: true });
    environment.JOURNAL_KEY = `${'b2'.repeat(32)},${KEY}`;
    const [found] = await exported('--words', 'all');
    expect(found).not.toHaveProperty('unreadable');
    expect(await exported('--caller', `+${CALLER}`)).toHaveLength(1);
  });
});
