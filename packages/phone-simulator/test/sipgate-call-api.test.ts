import { SipgateCallApi, type SipgateCallApiOptions } from '../src';
import { type Peer, receptionist, startPeer } from './peer';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: Partial<SipgateCallApiOptions> = {}) {
  const peer: Peer = await startPeer(receptionist);
  const api = await SipgateCallApi.start({
    flows: [
      { id: 'flow-1', phoneNumber: '4921163550', url: peer.wsUrl, call: { answerMs: 300, settleMs: 50 } },
      { id: 'no-number' },
    ],
    token: 'geheim',
    speed: 100,
    ...options,
  });
  closers.push(
    () => peer.close(),
    () => api.close(),
  );
  return { peer, api };
}

const call = (api: SipgateCallApi, body: unknown, flow = 'flow-1', token = 'geheim') =>
  fetch(`${api.url}/v3/ai-flows/${flow}/call`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
const to = (toPhoneNumber: string) => ({ billingDevice: 'e2', toPhoneNumber });

test('a call that is answered is an outbound call to the agent', async () => {
  const { peer, api } = await start();
  const response = await call(api, to('4915790000680'));
  expect([response.status, await response.text()]).toEqual([201, '']);
  await api.idle();
  expect(peer.events[0]).toMatchObject({
    type: 'session_start',
    session: { direction: 'outbound', from_phone_number: '4921163550', to_phone_number: '4915790000680' },
  });
  expect(peer.types().at(-1)).toBe('session_end');
  expect(api.calls[0]?.call?.violations).toEqual([]);
});

test.each(['4915790000681', '4915790000682', '4915790000683'])(
  'nobody hears of one that is not: %s',
  async (number) => {
    const { peer, api } = await start();
    expect((await call(api, to(number))).status).toBe(201);
    await api.idle();
    expect(peer.events).toEqual([]);
    expect(api.dialled).toEqual([number]);
  },
);

test.each<[number, unknown, { flow?: string; token?: string }]>([
  [401, to('4915790000680'), { token: 'falsch' }],
  [404, to('4915790000680'), { flow: 'flow-2' }],
  [400, to('4915790000680'), { flow: 'no-number' }],
  [400, to('+4915790000680'), {}],
  [400, { toPhoneNumber: '4915790000680' }, {}],
  [400, { billingDevice: 'e9', toPhoneNumber: '4915790000680' }, {}],
  [400, [], {}],
])('%i for %j, %j', async (status, body, { flow, token }) => {
  const { api } = await start({ billingDevices: ['e2'] });
  expect((await call(api, body, flow, token)).status).toBe(status);
  expect(api.dialled).toEqual([]);
  expect(api.requests.at(-1)?.status).toBe(status);
});

test('faults, with a call behind them or not', async () => {
  const faults = [{ status: 500 }, { status: 502, dialsAnyway: true }];
  const { api } = await start({ fault: (n) => faults[n] });
  expect((await call(api, to('4915790000681'))).status).toBe(500);
  expect((await call(api, to('4915790000682'))).status).toBe(502);
  expect(api.dialled).toEqual(['4915790000682']);
  expect((await fetch(`${api.url}/v3/ai-flows/flow-1/call`)).status).toBe(405);
  expect((await fetch(`${api.url}/v3/calls`)).status).toBe(404);
});
