import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FOREIGN, isReference, isSecretName, knownSettings, ROOT, read } from './known-settings';

const { version } = JSON.parse(read('package.json')).engines.node.match(/(?<version>\d+)/).groups;

interface Service {
  image?: string;
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
  read_only?: boolean;
  stop_grace_period?: string;
}

/** Goodbyes and the last reports, beside DRAIN_SECONDS: see .env.example. */
const STOP_SECONDS = 25;
const minutesOf = (text = '') => Number(/^(\d+)m/.exec(text)?.[1]);

const compose = parse(read('compose.yml')) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const dockerfile = read('Dockerfile')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => /^[A-Z]/.test(line));
const instructions = (name: string) => dockerfile.filter((line) => line.startsWith(`${name} `));

describe('Dockerfile', () => {
  test('copies what exists, and what the context lets through', () => {
    const context = read('.dockerignore').split('\n');
    const allowed = context.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(context).toContain('*');
    for (const line of instructions('COPY')) {
      if (line.includes('--from')) continue;
      for (const source of line.split(/\s+/).slice(1, -1)) {
        expect({ source, exists: existsSync(join(ROOT, source)) }).toEqual({ source, exists: true });
        expect(allowed.some((path) => source === path || source.startsWith(`${path}/`))).toBe(true);
      }
    }
  });

  test('installs every workspace from its lockfile', () => {
    const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
    for (const workspace of workspaces) {
      expect(instructions('COPY')).toContain(`COPY ${workspace}/package.json ${workspace}/`);
    }
    expect(instructions('RUN')).toContainEqual(expect.stringContaining('npm ci'));
  });

  test('ends in a slim image of a current Node, without root, with a health check and signals that arrive', () => {
    const images = instructions('FROM').map((line) => line.split(/\s+/)[1] ?? '');
    for (const image of images) expect(image).toMatch(/^node:(22|24)-slim$/);
    expect(Number(/\d+/.exec(images[0] ?? '')?.[0])).toBeGreaterThanOrEqual(Number(version));
    const last = dockerfile.slice(dockerfile.findLastIndex((line) => line.startsWith('FROM ')));
    expect(last).toContain('USER node');
    expect(last).toContainEqual(expect.stringMatching(/^HEALTHCHECK .*\/healthz/));
    // The exec form: a shell in between would keep SIGTERM to itself.
    expect(last).toContainEqual(
      expect.stringMatching(/^CMD \["node", "--max-semi-space-size=2", "dist\/server\.js"\]$/),
    );
  });

  test('has no secret and no setting that nobody reads', () => {
    const names = instructions('ENV').flatMap((line) =>
      [...line.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name ?? ''),
    );
    expect(
      names.filter((name) => isSecretName(name) || !(knownSettings().has(name) || FOREIGN.has(name))),
    ).toEqual([]);
  });
});

describe('compose.yml', () => {
  const { agent, postgres } = compose.services as { agent: Service; postgres: Service };

  test('sets what the server knows, and no secret in it', () => {
    const settings = Object.entries(agent.environment ?? {});
    expect(settings.map(([name]) => name).filter((name) => !knownSettings().has(name))).toEqual([]);
    const all = Object.values(compose.services).flatMap(({ environment = {} }) =>
      Object.entries(environment),
    );
    expect(all.filter(([name, value]) => isSecretName(name) && !isReference(value))).toEqual([]);
    // An address with a password in it is a secret, too.
    for (const [, value] of all) expect(value).not.toMatch(/:\/\/[^:/]+:[^$@]+@/);
  });

  test('keeps the journal in PostgreSQL, waits until that is ready, and lets calls end before it stops', () => {
    expect(agent.environment?.JOURNAL_URL).toMatch(/^postgres:\/\/.*@postgres:/);
    expect(agent.depends_on?.postgres?.condition).toBe('service_healthy');
    expect(postgres.healthcheck).toBeDefined();
    expect(postgres.image).toMatch(/^postgres:\d+$/);
    expect(minutesOf(agent.stop_grace_period) * 60).toBeGreaterThanOrEqual(
      Number(agent.environment?.DRAIN_SECONDS) + STOP_SECONDS,
    );
  });

  test('mounts what exists, and nothing that is written to beside its volumes', () => {
    expect(agent.read_only).toBe(true);
    for (const volume of Object.values(compose.services).flatMap(({ volumes = [] }) => volumes)) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) expect(existsSync(join(ROOT, source))).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });
});

describe('the systemd unit', () => {
  const unit = read('deploy/systemd/jovo-telephony.service');
  const values = (key: string) =>
    [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value ?? '');

  test('runs the server without privileges, and waits while calls end', () => {
    expect(values('ExecStart')).toEqual(['/usr/bin/node --max-semi-space-size=2 dist/server.js']);
    expect(values('DynamicUser')).toEqual(['yes']);
    expect(values('NoNewPrivileges')).toEqual(['yes']);
    expect(values('KillSignal')).toEqual(['SIGTERM']);
    const drain = values('Environment').find((line) => line.startsWith('DRAIN_SECONDS='));
    expect(minutesOf(values('TimeoutStopSec')[0]) * 60).toBeGreaterThanOrEqual(
      Number(drain?.split('=')[1]) + STOP_SECONDS,
    );
  });

  test('has no secret and no setting that nobody reads', () => {
    const names = values('Environment').map((line) => line.split('=')[0] ?? '');
    expect(
      names.filter((name) => isSecretName(name) || !(knownSettings().has(name) || FOREIGN.has(name))),
    ).toEqual([]);
  });
});
