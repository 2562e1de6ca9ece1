import { type CallOptions, PacedClock, SimulatedCall, type Wire } from '../src';
import { type Bot, type BotOptions, type BotPeer, receptionBot, startBot } from './audiocodes-peer';

const peers: BotPeer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.close()));
});

async function ring(bot: Bot, options: Partial<CallOptions> = {}, peerOptions: BotOptions = {}) {
  const wire: Wire = options.wire ?? 'http';
  const peer = await startBot(bot, { websocket: wire === 'http+ws', ...peerOptions });
  peers.push(peer);
  const call = new SimulatedCall({
    clock: new PacedClock(40),
    settleMs: 80,
    ...options,
    network: 'audiocodes',
    wire,
    url: wire === 'ws' ? peer.wsUrl : peer.httpUrl,
  });
  return { peer, call };
}

const heardBy = (call: SimulatedCall) => call.log.of('heard').map(({ utterance }) => utterance.heardText);

describe.each(['http', 'http+ws', 'ws'] as const)('a call over %s', (wire) => {
  test('greeting, question, answer, goodbye: the agent hangs up', async () => {
    const { peer, call } = await ring(receptionBot, { wire });
    await call.start();
    await call.says('Hallo');
    await call.says('Tschüss');
    const ended = await call.ended;
    await call.closed();
    expect(call.violations).toEqual([]);
    expect(ended.by).toBe('agent');
    expect(heardBy(call)).toEqual(['Praxis Sommer, guten Tag.', 'Sie sagten: Hallo', 'Auf Wiederhören!']);
    expect(peer.names()).toEqual([
      'start',
      'playFinished',
      'message',
      'playFinished',
      'message',
      'playFinished',
    ]);
    expect(peer.ends()).toEqual([expect.objectContaining({ reasonCode: 'bot-disconnected' })]);
  });
});
