import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Notification, VoiceAiGateway, type VoiceAiGatewayOptions } from '../src';
import { type Bot, type BotOptions, type BotPeer, config, event, message, startBot } from './audiocodes-peer';

const FIXTURES = join(__dirname, 'fixtures/audiocodes');
const fixture = (file: string) => readFileSync(join(FIXTURES, file), 'utf8');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A dialer's ear for notifications. */
async function listen() {
  const bodies: Notification[] = [];
  const headers: http.IncomingHttpHeaders[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Notification);
    headers.push(request.headers);
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { bodies, headers, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify/9f2d` };
}

async function gatewayWith(options: Partial<VoiceAiGatewayOptions> = {}) {
  const gateway = await VoiceAiGateway.start({ bots: [{ name: 'reminder-bot' }], speed: 100, ...options });
  closers.push(() => gateway.close());
  return gateway;
}

const BASIC = `Basic ${Buffer.from('dialer:secret').toString('base64')}`;

async function dial(gateway: VoiceAiGateway, body: unknown, authorization: string | undefined = BASIC) {
  const response = await fetch(`${gateway.url}/api/v1/actions/dialout`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(authorization ? { Authorization: authorization } : {}),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
}

const request = (target: string, more: object = {}) => ({
  bot: 'reminder-bot',
  target: `tel:${target}`,
  caller: '+12025550100',
  ...more,
});

test.each([
  ['+12025550140', 'completed', 'client-disconnected', undefined],
  ['+12025550141', 'failed', 'busy', 'SIP ;cause=486 ;text="Busy Here"'],
  ['+12025550142', 'failed', 'no-answer', undefined],
  ['+12025550143', 'failed', 'declined', 'SIP ;cause=603 ;text="Decline"'],
  ['+12025550144', 'failed', 'error', 'SIP ;cause=404 ;text="Not Found"'],
  ['+12025550145', 'completed', 'machine-detected', 'voicemail detected'],
  ['+12025550147', 'completed', 'machine-detected', 'fax detected'],
])('%s: %s, %s', async (target, status, reasonCode, reason) => {
  const dialer = await listen();
  const gateway = await gatewayWith({ callees: undefined });
  const answer = await dial(
    gateway,
    request(target, { notifyUrl: dialer.url, machineDetection: 'disconnect' }),
  );
  expect(answer).toMatchObject({ status: 200, body: { conversationId: expect.any(String) } });
  await gateway.idle();
  const final = dialer.bodies.at(-1) as Notification;
  expect({ ...final, reason: final.reason }).toMatchObject({
    conversationId: answer.body.conversationId,
    status,
    reasonCode,
    reason,
  });
  expect(dialer.bodies.map((each) => each.status)).toEqual(
    status === 'failed' ? ['failed'] : ['answered', 'completed'],
  );
  expect(dialer.headers.every((each) => each.authorization === undefined)).toBe(true);
});
