import { trace } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { TurnSpans } from '../../src/operations/turn-spans';
import { callEvent, post, startServer } from '../support/call-server';

const CALL = { network: 'sipgate', callId: 'call-1' };
const TURN = { ...CALL, turn: 1, inputType: 'TEXT' } as const;

function rig() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  return { spans: new TurnSpans(provider.getTracer('test')), exporter, provider };
}

test('one span per turn, with what happened in it', () => {
  const { spans, exporter } = rig();
  spans.observe({ type: 'turn_began', ...TURN, waitedMs: 12 });
  spans.observe({ type: 'silence_ended', ...CALL, silenceMs: 300, first: true });
  spans.observe({ type: 'answer_began', ...CALL, afterMs: 300 });
  spans.observe({ type: 'action_judged', ...CALL, action: 'transfer', allowed: false, reason: 'premium' });
  spans.observe({ type: 'turn_ended', ...TURN, result: 'answered', durationMs: 700 });
  const [span] = exporter.getFinishedSpans();
  expect(exporter.getFinishedSpans()).toHaveLength(1);
  expect(span).toMatchObject({
    name: 'turn TEXT',
    attributes: {
      'telephony.network': 'sipgate',
      'telephony.call_id': 'call-1',
      'telephony.input': 'TEXT',
      'telephony.turn': 1,
      'telephony.waited_ms': 12,
      'telephony.result': 'answered',
    },
  });
  expect(span?.events.map(({ name }) => name)).toEqual(['silence_ended', 'answer_began', 'action_judged']);
});

test('a failure is marked; of the error only its kind is told', () => {
  const { spans, exporter } = rig();
  spans.observe({ type: 'turn_began', ...TURN, waitedMs: 0 });
  spans.observe({ type: 'answer_failed', ...CALL, error: new RangeError('Erika said 4711') });
  spans.observe({ type: 'turn_ended', ...TURN, result: 'answered', durationMs: 700 });
  const [span] = exporter.getFinishedSpans();
  expect(span?.status.code).toBe(2);
  expect(span?.events[0]?.attributes).toEqual({ 'error.type': 'RangeError' });
});

test('a turn that was left behind ends with the one that took its place', () => {
  const { spans, exporter } = rig();
  spans.observe({ type: 'turn_began', ...TURN, waitedMs: 0 });
  spans.observe({ type: 'turn_began', ...TURN, turn: 2, waitedMs: 0 });
  spans.observe({ type: 'turn_ended', ...TURN, result: 'interrupted', durationMs: 1 });
  spans.observe({ type: 'turn_ended', ...TURN, turn: 2, result: 'answered', durationMs: 1 });
  expect(exporter.getFinishedSpans().map(({ attributes }) => attributes['telephony.turn'])).toEqual([1, 2]);
});

test('without an SDK spans go nowhere, and calls are as they were', async () => {
  expect(trace.getTracer('x').startSpan('x').isRecording()).toBe(false);
  const server = await startServer();
  const { status } = await post(server.port, callEvent('untraced', 'session_start'));
  await server.close();
  expect(status).toBe(200);
});

test('with one that an operator has put into the process, the whole server is traced', async () => {
  const { exporter, provider } = rig();
  trace.setGlobalTracerProvider(provider);
  const server = await startServer();
  await post(server.port, callEvent('traced', 'session_start'));
  await post(server.port, callEvent('traced', 'user_speak', { text: 'Wann haben Sie geöffnet?' }));
  await post(server.port, callEvent('traced', 'session_end'));
  await server.close();
  trace.disable();
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ name }) => name)).toEqual(['turn LAUNCH', 'turn TEXT', 'turn SESSION_END']);
  expect(spans[1]?.events.map(({ name }) => name)).toContain('answer_began');
  expect(JSON.stringify(spans.map(({ attributes, events }) => [attributes, events]))).not.toMatch(
    /geöffnet|49157/,
  );
});
