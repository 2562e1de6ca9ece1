import type { Observation } from '@jovo-telephony/telephony';
import { measuring } from '../../src/operations/measure';
import { METRICS, Metrics } from '../../src/operations/metrics';

const CALL = { network: 'sipgate', callId: 'call-4711' };

/** One of each kind. */
const SEEN: readonly Observation[] = [
  { type: 'call_opened', ...CALL },
  { type: 'call_answered', ...CALL, profile: 'praxis', language: 'de', direction: 'inbound' },
  { type: 'turn_began', ...CALL, turn: 1, inputType: 'TEXT', waitedMs: 3 },
  { type: 'silence_ended', ...CALL, silenceMs: 1_200, first: true },
  { type: 'answer_began', ...CALL, afterMs: 700 },
  { type: 'filler_said', ...CALL },
  { type: 'interrupted', ...CALL, meaning: 'redirect' },
  { type: 'answer_failed', ...CALL, error: new RangeError('Erika said 4711') },
  { type: 'action_judged', ...CALL, action: 'transfer', allowed: false, reason: 'premium' },
  { type: 'brain_failed', brain: 'gpt', error: new TypeError('Erika said 4711') },
  { type: 'brain_availability', brain: 'gpt', available: false },
  { type: 'turn_ended', ...CALL, turn: 1, inputType: 'TEXT', result: 'answered', durationMs: 900 },
  { type: 'faulty', network: 'sipgate', reason: 'event dropped' },
  { type: 'call_refused', ...CALL, reason: 'calls' },
  { type: 'call_over', ...CALL, outcome: 'transferred' },
  { type: 'call_closed', ...CALL, durationMs: 61_000 },
  { type: 'journal_used', operation: 'append', durationMs: 0.4 },
  { type: 'journal_health', degraded: true },
];

test('what happens is counted, by network', async () => {
  const metrics = new Metrics();
  const observe = measuring(metrics);
  for (const seen of SEEN) observe(seen);
  const text = await metrics.text();
  for (const line of [
    'telephony_calls_total{network="sipgate",direction="inbound",profile="praxis"} 1',
    'telephony_calls_active{network="sipgate"} 0',
    'telephony_turns_total{network="sipgate",input="text",result="answered"} 1',
    'telephony_turns_over_target_total{network="sipgate"} 1',
    'telephony_first_answer_seconds_sum{network="sipgate"} 0.7',
    'telephony_heard_silence_seconds_sum{network="sipgate"} 1.2',
    'telephony_interruptions_total{network="sipgate",meaning="redirect"} 1',
    'telephony_answers_failed_total{network="sipgate",kind="RangeError"} 1',
    'telephony_brain_failures_total{brain="gpt",kind="TypeError"} 1',
    'telephony_brain_available{brain="gpt"} 0',
    'telephony_policy_verdicts_total{network="sipgate",action="transfer",verdict="refused",reason="premium"} 1',
    'telephony_calls_ended_total{network="sipgate",outcome="transferred"} 1',
    'telephony_journal_degraded 1',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).toContain('process_resident_memory_bytes');
  expect(text).not.toMatch(/Erika|4711/);
});

test('silence up to the soft target is no turn over it', async () => {
  const metrics = new Metrics();
  measuring(metrics)({ type: 'silence_ended', ...CALL, silenceMs: 1_000, first: true });
  measuring(metrics)({ type: 'silence_ended', ...CALL, silenceMs: 9_000, first: false });
  expect(await metrics.text()).not.toContain('telephony_turns_over_target_total{');
});

test('no label takes more than sixty values, and none a sentence', async () => {
  const metrics = new Metrics();
  for (let value = 0; value < 61; value += 1) metrics.count('faults_total', { network: `n${value}` });
  metrics.count('faults_total', { network: 'n60' });
  metrics.count('calls_ended_total', {
    network: 'sipgate',
    outcome: `Erika said "hello"\n${'x'.repeat(100)}`,
  });
  const text = await metrics.text();
  expect(text).toContain('telephony_faults_total{network="n59"} 1');
  expect(text).toContain('telephony_faults_total{network="other"} 2');
  expect(text).toMatch(/telephony_calls_ended_total\{network="sipgate",outcome="Erika_said_hello_x{47}"\} 1/);
});

test('every metric is one that something can change', async () => {
  const known = Object.keys(METRICS).sort();
  expect(known).toEqual([...new Set(known)]);
  for (const name of known) expect(name).toMatch(/^[a-z][a-z_]+$/);
});
