import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';

/** An action as it arrives. */
export type Action = Record<string, unknown> & { type: string };

/** One connection of the network to the server, whichever transport it is. As lean as it can be: many share a core. */
export interface Line {
  readonly kind: 'http' | 'websocket';
  /** Everything that has arrived. Whoever has read it may empty it. */
  readonly actions: Action[];
  /** Statuses that were neither 200 nor 204, close codes, lost connections. */
  readonly faults: string[];
  /** Resolves when the event is out and, over HTTP, answered. */
  send(event: unknown): Promise<void>;
  /** The same for a text that may be no event at all. */
  sendText(text: string): Promise<void>;
  /** Resolves when everything that was sent has been read. */
  read(): Promise<void>;
  /** Resolves when something has arrived, or after so long. */
  arrival(withinMs: number): Promise<void>;
  /** Resolves when everything that was sent has been read. */
  close(): Promise<void>;
}

export async function webSocketLine(port: number, path = '/sipgate'): Promise<Line> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false });
  const line = new Arrivals('websocket', {
    send: async (text) => socket.send(text),
    read: () =>
      new Promise((resolve) => {
        const done = () => {
          socket.off('pong', done);
          socket.off('close', done);
          resolve();
        };
        if (socket.readyState !== socket.OPEN) return resolve();
        socket.on('pong', done);
        socket.on('close', done);
        socket.ping();
      }),
    async close() {
      if (socket.readyState === socket.CLOSED) return;
      socket.close();
      await once(socket, 'close');
    },
  });
  let closing = false;
  socket.on('message', (data) => line.arrived(JSON.parse(String(data))));
  socket.on('error', () => {});
  socket.on('close', (code) => {
    if (!closing) line.fault(`closed ${code}`);
  });
  const { close } = line;
  line.close = () => {
    closing = true;
    return close.call(line);
  };
  await Promise.race([once(socket, 'open'), once(socket, 'close')]);
  return line;
}

const agents = new Map<number, Agent>();

/** Connections are kept for the next request, as networks do. */
function agentOf(port: number): Agent {
  let agent = agents.get(port);
  if (!agent) {
    agent = new Agent({ keepAlive: true, maxSockets: 512 });
    agents.set(port, agent);
  }
  return agent;
}

/** One body and its answer; status 0: there was none. */
export function rawPost(port: number, text: string, path = '/sipgate'): Promise<RawAnswer> {
  return post(port, path, text, agentOf(port));
}

export interface RawAnswer {
  status: number;
  body: string;
}

export function httpLine(port: number, path = '/sipgate'): Line {
  const line: Arrivals = new Arrivals('http', {
    async send(text) {
      const { status, body } = await rawPost(port, text, path);
      if (status === 200) line.arrived(JSON.parse(body));
      else if (status !== 204) line.fault(`status ${status}`);
    },
    async read() {},
    async close() {},
  });
  return line;
}

/** Closes the connections that are kept for the next request. */
export function closeHttpLines(): void {
  for (const agent of agents.values()) agent.destroy();
  agents.clear();
}

function post(port: number, path: string, text: string, agent: Agent): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        agent,
        headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', () => resolve({ status: 0, body: '' }));
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // An idle connection was closed in the moment it was taken again: nothing was read, so it is sent anew.
      if (outgoing.reusedSocket && error.code === 'ECONNRESET') resolve(post(port, path, text, agent));
      else resolve({ status: 0, body: '' });
    });
    outgoing.end(text);
  });
}

interface Wire {
  send(text: string): Promise<void>;
  read(): Promise<void>;
  close(): Promise<void>;
}

class Arrivals implements Line {
  readonly actions: Action[] = [];
  readonly faults: string[] = [];
  private waiting: () => void = () => {};

  constructor(
    readonly kind: Line['kind'],
    private readonly wire: Wire,
  ) {}

  send(event: unknown): Promise<void> {
    return this.sendText(JSON.stringify(event));
  }

  sendText(text: string): Promise<void> {
    return this.wire.send(text);
  }

  read(): Promise<void> {
    return this.wire.read();
  }

  close(): Promise<void> {
    return this.wire.close();
  }

  arrived(json: Action | Action[]): void {
    if (Array.isArray(json)) this.actions.push(...json);
    else this.actions.push(json);
    this.waiting();
  }

  fault(what: string): void {
    this.faults.push(what);
    this.waiting();
  }

  arrival(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, withinMs);
      this.waiting = done;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
