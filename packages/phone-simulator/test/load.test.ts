import { runLoad } from '../src';
import { message, startBot } from './audiocodes-peer';
import { type Agent, type Peer, speak, startPeer } from './peer';

let peer: Peer;
afterEach(() => peer.close());

const echo: Agent = ({ event }) => {
  if (event.type === 'session_start') return speak('Hallo');
  return event.type === 'user_speak' ? speak(`Echo ${event.text}`) : undefined;
};

test.each(['websocket', 'http'] as const)('50 calls of 10 turns at once over %s', async (transport) => {
  peer = await startPeer(({ event, ...call }) => echo({ event, ...call, events: [] }));
  const report = await runLoad({
    call: { url: peer.url(transport) },
    calls: 50,
    turns: Array.from({ length: 10 }, () => 'Anruf {call}, Satz {turn}'),
    check: (heard, call, turn) =>
      heard === `Echo Anruf ${call}, Satz ${turn}` ? undefined : `heard "${heard}" in turn ${turn}`,
  });
  expect(report.faults).toEqual([]);
  expect(report.violations).toEqual([]);
  expect(report.turns).toBe(500);
  expect(report.turnsPerSecond).toBeGreaterThan(0);
  expect(report.answerMs.p99).toBeGreaterThanOrEqual(report.answerMs.p50);
});

test.each(['http', 'http+ws', 'ws'] as const)(
  '20 calls of 5 turns at once on AudioCodes over %s',
  async (wire) => {
    peer = await startPeer(echo);
    const bot = await startBot(({ activity }) => message(activity.text ? `Echo ${activity.text}` : 'Hallo'), {
      websocket: wire === 'http+ws',
    });
    const report = await runLoad({
      call: { url: wire === 'ws' ? bot.wsUrl : bot.httpUrl, network: 'audiocodes', wire },
      calls: 20,
      turns: Array.from({ length: 5 }, () => 'Anruf {call}, Satz {turn}'),
      check: (heard, call, turn) =>
        heard === `Echo Anruf ${call}, Satz ${turn}` ? undefined : `heard "${heard}"`,
    });
    await bot.close();
    expect(report).toMatchObject({ faults: [], violations: [], turns: 100 });
  },
);

test('faults are found: no answer, another answer, nobody there', async () => {
  peer = await startPeer(({ event, ...call }) =>
    event.text === 'stumm' ? undefined : echo({ event, ...call }),
  );
  const base = { call: { url: peer.wsUrl }, calls: 2, concurrency: 1, answerWithinMs: 50 };
  expect((await runLoad({ ...base, turns: ['stumm'] })).faults).toEqual([
    'call 0: no answer in turn 0',
    'call 1: no answer in turn 0',
  ]);
  const check = (heard: string) => `heard ${heard}`;
  expect((await runLoad({ ...base, turns: ['a'], check })).faults).toEqual([
    'call 0: heard Echo a',
    'call 1: heard Echo a',
  ]);
  await peer.close();
  expect((await runLoad({ ...base, turns: ['a'] })).faults[0]).toMatch(/Cannot call ws:/);
  peer = await startPeer(echo);
});
