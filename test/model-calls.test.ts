import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import type { RunningServer } from '../src/server';
import { startServer } from './support/call-server';
import { keptLog } from './support/kept-log';
import { playCalls } from './support/play-calls';

const model = new LLMock({ port: 0, logLevel: 'silent', latency: 5 });
let server: RunningServer;

const tool = (name: string, args: Record<string, unknown>, content?: string) => ({
  ...(content ? { content } : {}),
  toolCalls: [{ name, arguments: JSON.stringify(args) }],
});
const LONG =
  'Diese Auskunft ist lang. Sie hat viele Sätze. Dieser hier wird nicht mehr gehört. Und noch eine Auskunft.';

const { log, lines } = keptLog();

beforeAll(async () => {
  model.onMessage('Wann haben Sie geöffnet', {
    content: 'Wir sind von acht bis siebzehn Uhr da. Kann ich sonst noch etwas für Sie tun?',
  });
  model.onMessage('lange Auskunft', { content: LONG }, { streamingProfile: { ttft: 50, tps: 40 } });
  model.onMessage('wo finde ich Sie', { content: 'In der Lindenstraße.' });
  model.onMessage('als SMS', tool('send_sms', { text: 'Lindenstraße zweiundvierzig' }));
  model.onMessage('mit der Anmeldung', tool('transfer_call', { destination: 'reception' }));
  model.onMessage('Dann vielen Dank', tool('hang_up', {}, 'Auf Wiederhören!'));
  model.onMessage('When are you open', { content: 'From nine to six.' });
  model.onMessage('takes a while', { content: 'Here it is.' }, { streamingProfile: { ttft: 3_000 } });
  model.onMessage('That was all', tool('hang_up', {}, 'Goodbye!'));
  model.onMessage('Fehler 500', { error: { message: 'no' }, status: 500 });
  model.onMessage('Fehler 429', { error: { message: 'slow down' }, status: 429 });
  model.onMessage('Abgebrochene Antwort', { content: LONG }, { chunkSize: 3, truncateAfterChunks: 2 });
  model.onMessage('Verbindung weg', { content: LONG }, { chunkSize: 3, disconnectAfterMs: 20, latency: 15 });
  model.onMessage('Kaputtes Werkzeug', {
    toolCalls: [{ name: 'transfer_call', arguments: '{"destination' }],
  });
  model.onMessage('fremde Nummer', tool('transfer_call', { destination: '0900123456' }));
  await model.start();
  server = await startServer({ OPENAI_API_KEY: 'test', OPENAI_BASE_URL: `${model.url}/v1` }, { log });
});
afterAll(async () => {
  await server.close();
  await model.stop();
});

describe('calls to the shipped agents, with a language model', () => {
  playCalls(join(__dirname, 'calls/model'), () => server.port);
});

test('what went wrong was logged, without a word of what was said', () => {
  const failed = lines.filter(({ code }) => code === 'TURN_FAILED');
  const kinds = failed.map(({ kind, status }) => [kind, status]);
  expect(kinds).toContainEqual(['InternalServerError', 500]);
  expect(kinds).toContainEqual(['RateLimitError', 429]);
  const told = new Set(['level', 'time', 'code', 'network', 'callId', 'kind', 'status', 'msg']);
  for (const line of failed) expect(Object.keys(line).filter((field) => !told.has(field))).toEqual([]);
});
