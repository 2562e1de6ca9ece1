import { SipgateNetwork } from '../src';
import { realClock } from './support/clocks';
import { type Peer, type Reaction, startPeer } from './support/peer';

let peer: Peer;
afterEach(() => peer.close());

async function network(reaction: Reaction) {
  peer = await startPeer(() => reaction);
  return new SipgateNetwork({
    flowId: 'flow/1',
    billingDevice: 'e2',
    token: 'secret',
    clock: realClock,
    wallMs: Date.now,
    baseUrl: peer.url,
    timeoutMs: 2_000,
  });
}

describe('a call through sipgate', () => {
  it('asks for number and billing device and nothing else', async () => {
    const sipgate = await network({ status: 201, body: '' });
    const answer = await sipgate.dial({
      number: '+4915790000687',
      metadata: { name: 'Alice' },
      caller: '+49211',
    });
    expect(answer).toEqual({ result: 'placed' });
    expect(peer.seen).toHaveLength(1);
    expect(peer.seen[0]).toMatchObject({
      method: 'POST',
      path: '/v3/ai-flows/flow%2F1/call',
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
    });
    expect(JSON.parse(peer.seen[0]?.body ?? '')).toEqual({
      billingDevice: 'e2',
      toPhoneNumber: '4915790000687',
    });
  });

  it.each<[Reaction, unknown]>([
    [{ status: 400 }, { result: 'refused', reason: 'bad_request', status: 400 }],
    [{ status: 401 }, { result: 'refused', reason: 'unauthorized', status: 401 }],
    [{ status: 404 }, { result: 'refused', reason: 'not_found', status: 404 }],
    [
      { status: 429, headers: { 'Retry-After': '2' } },
      { result: 'throttled', retryAfterMs: 2_000 },
    ],
    [{ status: 502 }, { result: 'unknown' }],
    ['cut', { result: 'unknown' }],
  ])('takes %j for what it says', async (reaction, answer) => {
    const sipgate = await network(reaction);
    expect(await sipgate.dial({ number: '+4915790000687' })).toEqual(answer);
    expect(peer.seen).toHaveLength(1);
  });

  it('promises no machine detection that it does not have', async () => {
    const sipgate = await network({ status: 201 });
    expect(() => sipgate.check({ number: '+4915790000687', machineDetection: 'detect' })).toThrow(
      /machineDetection: sipgate has none/,
    );
    expect(() => sipgate.check({ number: '+4915790000687', machineDetection: 'disabled' })).not.toThrow();
  });
});
