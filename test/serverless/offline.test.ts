import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { upgradeStatus } from '../support/call-server';
import { playTogether, type Way } from '../support/play-calls';

const ROOT = join(__dirname, '..', '..');

let offline: ChildProcess;
let printed = '';
let [http, websocket, lambda] = [0, 0, 0];

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

beforeAll(async () => {
  [http = 0, websocket = 0, lambda = 0] = await freePorts(3);
  const ports = { '--http-port': http, '--websocket-port': websocket, '--lambda-port': lambda };
  const options = Object.entries(ports).flatMap(([name, port]) => [name, String(port)]);
  offline = spawn(process.execPath, [join(ROOT, 'deploy/offline.mjs'), ...options], {
    // Nothing of an account, even if this machine has one.
    env: { PATH: process.env.PATH, HOME: join(ROOT, 'dist') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    const read = (data: Buffer) => {
      printed += data;
      if (printed.includes('Server ready')) resolve();
    };
    offline.stdout?.on('data', read);
    offline.stderr?.on('data', read);
    offline.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${printed}`)));
  });
}, 120_000);

afterAll(async () => {
  const ended = once(offline, 'exit');
  offline.kill('SIGTERM');
  const patience = setTimeout(() => offline.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(patience);
}, 20_000);

describe('npm run serverless', () => {
  test('plays whole calls in German and English, over both APIs', async () => {
    const urlOf = ({ wire }: Way) =>
      wire === 'http' ? `http://127.0.0.1:${http}/sipgate` : `ws://127.0.0.1:${websocket}`;
    const play = (name: string, wire: Way['wire']) =>
      playTogether([join(ROOT, 'test', 'calls', `${name}.yaml`)], {
        urlOf,
        ways: [{ network: 'sipgate', wire }],
        speed: 4,
        unhurried: true,
      });
    // Two at a time: each event may meet a worker that has yet to start.
    const faults = [
      ...(await Promise.all([play('praxis-ganzer-anruf', 'http'), play('cycles-whole-call', 'ws')])),
      ...(await Promise.all([play('praxis-unterbrechung', 'ws'), play('cycles-transfer', 'http')])),
    ];
    expect(faults.flat()).toEqual([]);
    expect(printed).not.toMatch(/Unhandled|TypeError|is not a function/);
  }, 120_000);

  test('starts without an account, a login or a question', () => {
    expect(printed).not.toMatch(/credential|log ?in|sign ?in|dashboard|telemetry/i);
  });

  test('has no token to ask for, unless one is set', async () => {
    expect(await upgradeStatus(websocket, '/')).toBe(101);
  });
});
