/** A scripted agent on the loopback: no application, only what a test tells it to answer. */
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { SipgateEvent } from '../src';

/** An action without its `session_id`, which the peer fills in; `raw` goes out as it is. */
export type Reply = Record<string, unknown> | Record<string, unknown>[] | undefined;

export interface PeerCall {
  event: SipgateEvent;
  sessionId: string;
  /** Every event of this session so far, this one included. */
  events: SipgateEvent[];
  /** WebSocket only. */
  socket?: WebSocket;
  /** HTTP only: set to answer anything, then return undefined. */
  response?: http.ServerResponse;
  /** Pushes now (WebSocket). */
  push(reply: Reply): void;
}

export type Agent = (call: PeerCall) => Reply | Promise<Reply>;

export interface Peer {
  wsUrl: string;
  httpUrl: string;
  url(transport: 'websocket' | 'http'): string;
  events: SipgateEvent[];
  types(): string[];
  requests: http.IncomingMessage[];
  close(): Promise<void>;
}

const withSession = (reply: Reply, sessionId: string) =>
  Array.isArray(reply)
    ? reply.map((action) => ({ session_id: sessionId, ...action }))
    : { session_id: sessionId, ...reply };

/** Starts a peer; `agent` is asked for each event. `token` is wanted on both doors. */
export async function startPeer(agent: Agent, options: { token?: string } = {}): Promise<Peer> {
  const events: SipgateEvent[] = [];
  const requests: http.IncomingMessage[] = [];
  const allowed = (request: http.IncomingMessage) =>
    !options.token || request.headers['x-api-token'] === options.token;
  const note = (text: string) => {
    const event = JSON.parse(text) as SipgateEvent;
    events.push(event);
    const sessionId = event.session.id;
    return { event, sessionId, events: events.filter((each) => each.session.id === sessionId) };
  };

  const server = http.createServer(async (request, response) => {
    requests.push(request);
    if (!allowed(request)) return void response.writeHead(401).end('{"error":"Unauthorized"}');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = note(Buffer.concat(chunks).toString('utf8'));
    const reply = await agent({ ...call, response, push: () => undefined });
    if (response.writableEnded) return;
    if (reply === undefined) return void response.writeHead(204).end();
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(withSession(reply, call.sessionId)));
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    requests.push(request);
    if (!allowed(request)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('message', async (data) => {
        const call = note(String(data));
        const push = (reply: Reply) => client.send(JSON.stringify(withSession(reply, call.sessionId)));
        const reply = await agent({ ...call, socket: client, push });
        if (reply !== undefined) push(reply);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const peer: Peer = {
    wsUrl: `ws://127.0.0.1:${port}/sipgate`,
    httpUrl: `http://127.0.0.1:${port}/sipgate`,
    url: (transport) => (transport === 'http' ? peer.httpUrl : peer.wsUrl),
    events,
    types: () => events.map((event) => event.type),
    requests,
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}

export const speak = (text: string, more: Record<string, unknown> = {}) => ({ type: 'speak', text, ...more });

/** A small but complete agent: greets, answers, gives way, says goodbye, transfers. */
export const receptionist: Agent = ({ event, events }) => {
  const earlierStarts = events.filter((each) => each.type === 'session_start').length;
  switch (event.type) {
    case 'session_start':
      return speak(earlierStarts > 1 ? 'Da ist leider niemand.' : 'Praxis Sommer, guten Tag.');
    case 'dtmf_received':
      return event.digit === '#' ? [{ type: 'barge_in' }, speak('Danke für die Eingabe.')] : undefined;
    case 'user_input_timeout':
      return speak('Sind Sie noch da?');
    case 'sms_failed':
      return speak('Die Nachricht ging nicht hinaus.');
    case 'assistant_speech_ended': {
      const last = events.findLast((each) => each.type === 'assistant_speak');
      return last?.text === 'Auf Wiederhören!' ? { type: 'hangup' } : undefined;
    }
    case 'user_speak':
      return answerTo(String(event.text), event.session.from_phone_number);
    default:
      return undefined;
  }
};

function answerTo(text: string, caller: string | undefined): Reply {
  const transfer = { type: 'transfer', caller_id_name: 'Praxis', caller_id_number: '4921163550' };
  if (/tschüss/i.test(text)) return speak('Auf Wiederhören!');
  if (/anmeldung/i.test(text)) return { ...transfer, target_phone_number: '4921163551', timeout: 20 };
  if (/notfall/i.test(text)) return { ...transfer, target_phone_number: '4921163552' };
  if (/sms/i.test(text)) {
    return [
      speak('Ich sende Ihnen eine SMS.'),
      { type: 'send_sms', phone_number: caller, message: 'Termin: Dienstag' },
    ];
  }
  if (/kundennummer/i.test(text)) return speak('Bitte tippen Sie.', { user_input_timeout_seconds: 2 });
  if (/lang/i.test(text)) return speak('Das ist eine recht lange Auskunft, die man gern unterbricht.');
  return speak(`Sie sagten: ${text}`);
}
