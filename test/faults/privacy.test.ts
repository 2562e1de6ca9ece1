import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { RunningServer } from '../../src/server';
import { startServer } from '../support/call-server';
import { keptLog } from '../support/kept-log';
import { closeHttpLines, rawPost } from './support/lines';

/*
 * Synthetic callers who say, spell and key what nobody else is to learn, some of them over a wire that is broken. Then
 * everything that the process has told anybody is searched for it: log (at its most talkative), metrics, alarms, traces,
 * answers that turn an event away, and the files of the journal. PRIVACY changes the size.
 */
const CALLS = Number(process.env.PRIVACY ?? 1_000);
const AT_ONCE = 20;

/** One caller, and what would give them away. */
function caller(nth: number) {
  const serial = String(31_415_927 + nth * 7_919);
  return {
    german: nth % 2 === 0,
    number: `49157${serial}`,
    name: `Zwirbelbach${nth.toString(36)}x`,
    mail: `q${serial}@beispiel-adresse.de`,
    iban: `DE02 1203 0000 ${serial.slice(0, 4)} ${serial.slice(4)} 51`,
    keys: serial.slice(0, 6),
  };
}

type Caller = ReturnType<typeof caller>;

/** What must not be found anywhere, in lower case. */
function secretsOf({ number, name, mail, iban }: Caller): string[] {
  return [number, number.slice(2), name, mail, iban, iban.replaceAll(' ', '')].map((text) =>
    text.toLowerCase(),
  );
}

/** Words that belong to every caller and to nobody's log. */
const EVERYBODYS = [
  'zwirbelbach',
  'beispiel-adresse',
  'siebenundvierzig elf',
  'forty seven eleven',
  'mondscheingasse',
];

function words({ german, name, mail, iban, number }: Caller): string[] {
  return german
    ? [
        `Mein Name ist ${name} aus der Mondscheingasse`,
        `Meine Nummer ist ${number}, also siebenundvierzig elf am Ende`,
        `Schreiben Sie an ${mail}, die IBAN ist ${iban}`,
        'Ich möchte mit der Anmeldung sprechen',
      ]
    : [
        `My name is ${name}, I live in Mondscheingasse`,
        `My number is ${number}, forty seven eleven at the end`,
        `Write to ${mail}, the account is ${iban}`,
        'Can I speak to the workshop, please?',
      ];
}

const folder = mkdtempSync(join(tmpdir(), 'privacy-'));
const exporter = new InMemorySpanExporter();
const { log, text: logged } = keptLog('debug');
/** What was answered to events that were turned away. */
const refusals: string[] = [];
let server: RunningServer;

beforeAll(async () => {
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  server = await startServer(
    { JOURNAL_URL: '', DATA_DIR: folder, CALLS_PER_MINUTE_PER_NUMBER: '0', CONCURRENT_CALLS: '10' },
    { log },
  );
}, 30_000);
afterAll(() => {
  closeHttpLines();
  trace.disable();
  rmSync(folder, { recursive: true, force: true });
});

async function call(nth: number): Promise<void> {
  const person = caller(nth);
  const to = person.german ? '4921163550' : '442079460123';
  const session = {
    // Some networks name calls after their callers.
    id: nth % 5 === 0 ? `${person.number}-${nth}` : `privacy-${nth}`,
    account_id: '1',
    phone_number: to,
    direction: 'inbound',
    from_phone_number: person.number,
    to_phone_number: to,
  };
  const send = async (body: unknown) => {
    const raw = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await rawPost(server.port, raw);
    if (answer.status !== 200 && answer.status !== 204) refusals.push(answer.body);
  };
  await send({ type: 'session_start', session });
  for (const said of words(person)) await send({ type: 'user_speak', text: said, session });
  for (const digit of person.keys) await send({ type: 'dtmf_received', digit, session });
  await send({ type: 'user_speak', text: person.name, barged_in: true, session });
  // What breaks most easily says most: of all of it nothing may be told.
  await send(`{"type":"user_speak","text":"${person.name} ${person.number}`);
  await send({ type: person.name, text: person.mail, session, [person.name]: person.number });
  await send({ type: 'user_speak', text: person.name, session: { ...session, id: 5 } });
  await send({ type: 'dtmf_received', digit: person.iban, session });
  await send({ type: 'sms_failed', reason: `${person.name} ${person.number}`, session });
  await send({ type: 'session_end', session });
}

test(`${CALLS} callers, and nothing of them where it must not be`, async () => {
  let left = CALLS;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await call(left);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const figures = await server.operations.metrics.text();
  const { active, history } = server.operations.alarms;
  await server.close();
  const journal = readdirSync(folder).map((file) => readFileSync(join(folder, file)).toString('latin1'));
  const told: Record<string, string> = {
    log: logged(),
    metrics: figures,
    alarms: JSON.stringify([active, history]),
    traces: JSON.stringify(
      exporter.getFinishedSpans().map(({ name, attributes, events }) => [name, attributes, events]),
    ),
    refusals: refusals.join('\n'),
    journal: journal.join('\n'),
  };
  // Otherwise nothing was looked at.
  for (const text of Object.values(told)) expect(text.length).toBeGreaterThan(100);

  const found: string[] = [];
  const secrets = Array.from({ length: CALLS }, (_, nth) => secretsOf(caller(nth))).flat();
  for (const [place, text] of Object.entries(told)) {
    const lower = text.toLowerCase();
    for (const secret of [...EVERYBODYS, ...secrets]) {
      if (lower.includes(secret)) found.push(`${place}: ${secret}`);
    }
  }
  expect(found.slice(0, 10)).toEqual([]);
}, 300_000);
