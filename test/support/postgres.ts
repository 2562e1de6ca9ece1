import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

const ADVICE =
  'PostgreSQL is needed for this test and was not found. Install it: apt-get install -y postgresql (Debian, Ubuntu), ' +
  'brew install postgresql (macOS); or set POSTGRES_BIN to the folder that has initdb and postgres.';

/** A PostgreSQL of our own: its own data folder, loopback only, gone afterwards. */
export interface RunningPostgres {
  url: string;
  /** Ends it without a goodbye, as a power cut does. */
  kill(): void;
  stop(): Promise<void>;
}

/** Starts a server on a free port. As root it runs under the user `postgres`, because it refuses root. */
export async function startPostgres(): Promise<RunningPostgres> {
  const bin = binaries();
  const folder = mkdtempSync(join(tmpdir(), 'journal-postgres-'));
  chmodSync(folder, 0o700);
  const user = process.getuid?.() === 0 ? 'postgres' : undefined;
  if (user) execFileSync('chown', [user, folder]);
  const as = (command: string, args: string[]): [string, string[]] =>
    user
      ? ['setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', command, ...args]]
      : [command, args];
  await run(
    ...as(join(bin, 'initdb'), ['-D', folder, '-U', 'journal', '-A', 'trust', '--no-sync', '-E', 'UTF8']),
    {
      cwd: tmpdir(),
    },
  );
  const port = await freePort();
  const options = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: 60,
  };
  const settings = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = spawn(...as(join(bin, 'postgres'), ['-D', folder, ...settings]), {
    cwd: tmpdir(),
    stdio: 'ignore',
  });
  const url = `postgres://journal@127.0.0.1:${port}/postgres`;
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async () => {
    server.kill('SIGQUIT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop, kill: () => server.kill('SIGQUIT') };
}

function binaries(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    process.env.POSTGRES_BIN ?? '',
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  const found = folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))),
  );
  if (!found) throw new Error(ADVICE);
  return found;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ready(connectionString: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const client = new pg.Client({ connectionString });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt >= 150) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
