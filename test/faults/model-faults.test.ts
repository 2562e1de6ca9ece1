import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { PacedClock, SimulatedCall, TRANSPORTS } from '@jovo-telephony/phone-simulator';
import { PHRASES } from '../../src/agent/phrases';
import type { RunningServer } from '../../src/server';
import { callEvent, dial, startServer } from '../support/call-server';
import { FAULTS, type Fault, type FaultyModel, faultyModel } from './faulty-model';

/** The promise: never 2.5 s without sound, never 6 s without an answer or an apology. */
const SILENCE_MS = 2_500;
const ANSWER_MS = 6_000;
/** What a network waits for until it passes words on. */
const END_OF_TURN_MS = 500;
/** What a busy machine adds. */
const MARGIN_MS = 700;

const NUMBERS = { de: '4921163550', en: '442079460123' } as const;
const TOOL = `exports.tool = ({ z }) => ({
  name: 'look_up', description: 'Looks something up.', input: z.object({}), run: () => 'Nothing yet.',
  filler: { de: 'Ich sehe kurz nach.', en: 'Let me have a look.' },
});`;

let model: FaultyModel;
let server: RunningServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agents-'));
  cpSync(join(__dirname, '../../agents'), folder, { recursive: true });
  mkdirSync(join(folder, 'tools'), { recursive: true });
  writeFileSync(join(folder, 'tools/look-up.cjs'), TOOL);
  model = await faultyModel();
  server = await startServer({ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: model.url, AGENTS_DIR: folder });
});
afterAll(async () => {
  await server.close();
  await model.close();
  rmSync(folder, { recursive: true });
});

interface Experience {
  silenceMs: number;
  /** From the end of the caller's words to each answer's first sound, fillers left out. */
  answerMs: number;
  /** The longest wait behind a piece of the answer for the next one. */
  furtherMs: number;
  heard: string[];
  violations: unknown[];
}

/** One call in real time: a filler that is played faster would make the wait behind it look longer. */
async function experience(
  fault: Fault,
  language: 'de' | 'en',
  transport: 'http' | 'websocket',
): Promise<Experience> {
  const url = `http://127.0.0.1:${server.port}/sipgate`;
  const call = new SimulatedCall({ url, transport, to: NUMBERS[language], clock: new PacedClock(1) });
  const { hold, holdOn, sorry } = PHRASES[language];
  await call.start();
  await call.says(fault.says[language]);
  const [said] = call.log.of('understood');
  const sinceMs = (said?.atMs ?? 0) - END_OF_TURN_MS;
  const heardSince = () => call.log.of('hears').filter(({ atMs }) => atMs >= sinceMs);
  const answers = () =>
    heardSince().filter(({ utterance }) => !isFiller(utterance.text, [...hold, ...holdOn]));
  await call.until(() => answers().some(({ utterance }) => isEnd(fault, utterance.text, sorry)), 40_000);
  let freeMs = sinceMs;
  const waits = answers().map(({ atMs, utterance }) => {
    const waitMs = atMs - freeMs;
    freeMs = atMs + utterance.durationMs;
    return waitMs;
  });
  const { longestSilenceMs: silenceMs } = call.measures;
  const heard = heardSince().map(({ utterance }) => utterance.text);
  await call.hangUp();
  const violations = [...call.violations];
  const [answerMs = Number.NaN, ...further] = waits;
  return { silenceMs, answerMs, furtherMs: Math.max(0, ...further), heard, violations };
}

function isFiller(text: string, hold: readonly string[]): boolean {
  return hold.includes(text) || /^(Ich sehe kurz nach|Let me have a look)\.$/.test(text);
}

function isEnd({ ends }: Fault, text: string, sorry: string): boolean {
  return ends === 'apology' ? text.endsWith(sorry) : ends.test(text);
}

test('whatever the model does, the caller is never left in silence', async () => {
  const cases = FAULTS.flatMap((fault) =>
    TRANSPORTS.flatMap((transport) =>
      (['de', 'en'] as const).map((language) => ({ fault, transport, language })),
    ),
  );
  const results = await Promise.all(
    cases.map(async ({ fault, transport, language }) => {
      const { sorry } = PHRASES[language];
      const had = await experience(fault, language, transport);
      const faults = [
        ...(had.silenceMs > SILENCE_MS + MARGIN_MS ? ['silence'] : []),
        ...(had.answerMs <= ANSWER_MS + MARGIN_MS ? [] : ['no answer in time']),
        ...(had.furtherMs > ANSWER_MS + MARGIN_MS ? ['no further answer in time'] : []),
        ...(had.heard.some((text) => isEnd(fault, text, sorry)) ? [] : ['not what was expected']),
        ...(had.violations.length > 0 ? ['breach of the protocol'] : []),
      ];
      return { name: `${fault.name} (${transport}, ${language})`, faults, ...had };
    }),
  );
  if (process.env.SHOW_FIGURES)
    console.table(results.map(({ heard, violations, ...row }) => ({ ...row, heard: heard.length })));
  expect(results.filter(({ faults }) => faults.length > 0)).toEqual([]);
  // What was given up is not left running; what had come to its end may be closing yet.
  const open = () => FAULTS.filter(({ name }) => model.open(name) > 0).map(({ name }) => name);
  for (let tries = 0; tries < 40 && open().length > 0; tries += 1) await setTimeout(50);
  expect(open()).toEqual([]);
  const closed = cases.filter(({ fault }) => fault.closed).length;
  expect(model.closedEarly).toBeGreaterThanOrEqual(closed);
}, 58_000);

test('where speech can be pushed, a filler does not wait for as long as over HTTP', async () => {
  const environment = { FILLER_AFTER_SECONDS: '0.2', HOLD_AFTER_SECONDS: '5' };
  const eager = await startServer({ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: model.url, ...environment });
  const line = await dial(eager.port);
  line.send(callEvent('pushed', 'session_start'));
  await line.action(({ type }) => type === 'speak');
  line.send(callEvent('pushed', 'user_speak', { text: FAULTS[0]?.says.de }));
  const saidMs = performance.now();
  await line.action(({ text }) => text === PHRASES.de.hold[0]);
  expect(performance.now() - saidMs).toBeLessThan(4_000);
  line.send(callEvent('pushed', 'session_end'));
  line.close();
  await eager.close();
});
