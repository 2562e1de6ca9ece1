import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playScript, readScript, type Wire, type Network } from '@jovo-telephony/phone-simulator';
import { startServer } from './support/call-server';
test('try', async () => {
  const path = mkdtempSync(join(tmpdir(), 'agents-'));
  for (const from of ['../agents', 'fixtures/agents-calls']) cpSync(join(__dirname, from), path, { recursive: true });
  for (const file of readdirSync(path).filter((n) => n.endsWith('.yaml'))) {
    const t = readFileSync(join(path, file), 'utf8').replace('[CALENDAR]', '[]').replace('url: WEBHOOK', 'url: http://127.0.0.1:9/');
    writeFileSync(join(path, file), t);
  }
  const server = await startServer({ AGENTS_DIR: path, WEBHOOK_SECRET: 'x'.repeat(20) });
  const network = (process.env.NET ?? 'audiocodes') as Network; const wires = (process.env.WIRES ?? 'http,http+ws,ws').split(',') as Wire[];
  for (const file of (process.env.FILES ?? '').split(',')) for (const wire of wires) {
    const result = await playScript(readScript(join(__dirname, 'calls', `${file}.yaml`)), { url: `${wire === 'ws' ? 'ws' : 'http'}://127.0.0.1:${server.port}/${network}`, network, wire, speed: Number(process.env.SPEED ?? 20) });
    const faults = [...result.failures.map((f) => f.message), ...result.violations.map((v) => v.sentence)];
    process.stdout.write(`${faults.length === 0 ? 'ok  ' : 'FAIL'} ${file} ${wire} ${faults.join(' | ')}\n`);
    if (process.env.LOG) for (const e of result.entries) { const x = e as any; process.stdout.write(`${Math.round(x.atMs)} ${x.kind} ${JSON.stringify(x.does ? { does: x.does, ...x.fields, p: x.action?.activityParams } : x.event ? {name: x.event.name, text: x.event.text, value: x.event.value} : x.utterance ?? x).slice(0, 220)}\n`); }
  }
  await server.close();
}, 600_000);
