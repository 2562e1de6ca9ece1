import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { callEvent } from '../support/call-server';
import { processInstance } from '../support/gateway/process-instance';
import { chunk, type HostileModel, hostileModel, startStream } from '../support/model-server';
import { type Bundles, bundles } from './bundles';

const ROOT = join(__dirname, '..', '..');

let built: Bundles;
beforeAll(() => {
  // No flags of Lambda: the code cache is for the Node that runs these tests as it is.
  built = bundles('--memory', '0');
}, 60_000);
afterAll(() => built.remove());

const inFunction = (name: string, ...path: string[]) => join(built.folder, name, ...path);

interface Metafile {
  outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
}

/** Packages that are in the bundle itself. */
function packagesOf(name: string): Set<string> {
  const { outputs } = JSON.parse(readFileSync(join(built.folder, `${name}.meta.json`), 'utf8')) as Metafile;
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && !/^(stub|lazy)/.test(path));
  return new Set(used.flatMap(([path]) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []));
}

describe.each(['webhook', 'websocket'])('the bundle of %s', (name) => {
  test('is one file of at most 600 KB', () => {
    expect(statSync(inFunction(name, 'app.js')).size).toBeLessThanOrEqual(600_000);
  });

  test('leaves out what a function never uses, and has what is rarely used in parts', () => {
    const packages = packagesOf(name);
    const absent = ['axios', 'validator', 'class-validator', 'chalk', 'express', 'ws', 'pino', 'libsql'];
    const lazy = ['openai', 'pg', 'yaml', 'libphonenumber-js', '@smithy/core', '@aws-sdk/core'];
    expect([...absent, ...lazy].filter((each) => packages.has(each))).toEqual([]);
  });

  test('carries the profiles as JSON', () => {
    const files = readdirSync(inFunction(name, 'agents')).filter((file) => file.endsWith('.yaml'));
    expect(files).toContain('praxis-sommer.yaml');
    for (const file of files) JSON.parse(readFileSync(inFunction(name, 'agents', file), 'utf8'));
  });
});

describe('a bundle with agents and a tool of its own', () => {
  let own: Bundles;
  let model: HostileModel;
  beforeAll(async () => {
    own = bundles('--agents', join(ROOT, 'test/fixtures/bundle/agents'), '--only', 'webhook', '--no-cache');
    model = await hostileModel((response, body) => {
      const result = /"role":"tool".*?(closed|eight to five)/.exec(body)?.[1];
      const call = {
        index: 0,
        id: 'call-1',
        function: { name: 'opening_hours', arguments: '{"day":"sunday"}' },
      };
      startStream(response);
      response.write(chunk(result ? { content: `On Sundays: ${result}.` } : { tool_calls: [call] }));
      response.end(chunk({}, result ? 'stop' : 'tool_calls'));
    });
  }, 60_000);
  afterAll(async () => {
    own.remove();
    await model.close();
  });

  test('asks a language model, whose client is loaded then, and runs the tool with its package', async () => {
    const environment = { OPENAI_BASE_URL: model.url };
    const instance = processInstance({ folder: join(own.folder, 'webhook'), environment });
    const events = [
      callEvent('tool', 'session_start', {}, '442079460999'),
      callEvent('tool', 'user_speak', { text: 'Are you open on Sunday?' }, '442079460999'),
    ];
    const said: string[] = [];
    for (const event of events) {
      const request = {
        requestContext: { http: { method: 'POST' } },
        headers: {},
        body: JSON.stringify(event),
      };
      const { body } = (await instance.invoke(request, Date.now() + 10_000)) as { body: string };
      said.push(JSON.parse(body).text);
    }
    await instance.stop();
    expect(said).toEqual([expect.stringContaining('Corner Bakery'), 'On Sundays: closed.']);
  });
});

describe('the code cache', () => {
  /** The first event of a process of its own. What the function has printed and how it was answered. */
  function firstEvent(...flags: string[]): string {
    const script = join(ROOT, 'bench/cold-start/first-event.cjs');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [...flags, script, inFunction('webhook', 'index.js')],
      { encoding: 'utf8', env: { PATH: process.env.PATH } },
    );
    return stdout + stderr;
  }

  test('is taken by the Node that made it', () => {
    expect(readdirSync(inFunction('webhook'))).toContain('app.js.cache');
    const printed = firstEvent();
    expect(printed).toContain('answered');
    expect(printed).not.toContain('CODE_CACHE_REFUSED');
  });

  test('is handed out by a function that is asked directly, and taken by a build of the same bundle alone', async () => {
    const instance = processInstance({ folder: inFunction('webhook') });
    const throughApi = { requestContext: { http: { method: 'POST' } }, body: '{"codeCache":true}' };
    expect(await instance.invoke(throughApi, Date.now() + 10_000)).toMatchObject({ statusCode: 400 });
    const handed = await instance.invoke({ codeCache: true }, Date.now() + 10_000);
    await instance.stop();
    const folder = mkdtempSync(join(tmpdir(), 'code-cache-'));
    const file = join(folder, 'webhook.json');
    writeFileSync(file, JSON.stringify(handed));
    bundles('--only', 'webhook', '--no-zip', '--cache-from', folder).remove();
    writeFileSync(file, JSON.stringify(handed).replaceAll(/"sha256":"../g, '"sha256":"zz'));
    expect(() => bundles('--only', 'webhook', '--no-zip', '--cache-from', folder)).toThrow();
    rmSync(folder, { recursive: true });
  }, 30_000);

  test('is refused under other flags, which is said; the call is answered all the same', () => {
    // Node 24 does not mind a heap of another size; this one every version minds.
    const printed = firstEvent('--no-flush-bytecode');
    expect(printed).toContain('answered');
    expect(printed).toContain('CODE_CACHE_REFUSED');
  });
});

test("Jovo's own translations work, loaded with the first text", () => {
  const folder = join(built.folder, 'translated');
  const builder = pathToFileURL(join(ROOT, 'deploy/bundle/build-function.mjs')).href;
  const entry = join(ROOT, 'test/fixtures/bundle/translated.ts');
  const program = `
    const { buildFunction } = await import(${JSON.stringify(builder)});
    const { createRequire } = await import('node:module');
    await buildFunction(${JSON.stringify({ entry, folder })});
    const { handler, load } = createRequire(import.meta.url)(${JSON.stringify(join(folder, 'index.js'))});
    console.log(await handler({}));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    cwd: ROOT,
  });
  expect(said.trim()).toBe('Guten Tag, Welt');
});
