import type { App } from '@jovotech/framework';
import { type HttpAnswer, HttpServer, type Socket, WebSocketServer } from '../../src';

type Action = Record<string, unknown>;

/** Both ways into an app without sockets, so that time can be virtual. */
export function phoneLine(app: App) {
  return {
    /** One request; resolves with its answer. */
    post: (event: unknown, headers = {}): Promise<HttpAnswer> =>
      new Promise((resolve, reject) => {
        app.handle(new HttpServer(event, headers, resolve)).catch(reject);
      }),
    /** One socket. */
    socket: () => fakeSocket(app),
  };
}

export interface FakeSocket extends Socket {
  /** Frames that came out, parsed. */
  frames: (Action | Action[])[];
  say(event: unknown): Promise<void>;
  close(): void;
}

function fakeSocket(app: App): FakeSocket {
  let state = 1;
  const frames: (Action | Action[])[] = [];
  const socket = {
    frames,
    OPEN: 1 as const,
    get readyState() {
      return state as 1;
    },
    send(data: unknown) {
      frames.push(JSON.parse(String(data)));
    },
    say: (event: unknown) => app.handle(new WebSocketServer(socket, JSON.stringify(event))),
    close() {
      state = 3;
    },
  };
  return socket;
}

/** What was said, or the type of what was done. */
export function gist(answer: unknown): string[] {
  const body = isAnswer(answer) ? answer.body : answer;
  if (body === undefined) return [];
  return JSON.parse(JSON.stringify([body]))
    .flat()
    .map((action: Action) => (action.type === 'speak' ? `say: ${action.text ?? action.ssml}` : action.type));
}

function isAnswer(value: unknown): value is HttpAnswer {
  return typeof value === 'object' && value !== null && 'status' in value;
}
