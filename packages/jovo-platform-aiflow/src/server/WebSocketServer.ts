import type { WebSocket } from 'ws';
import { SipgateAiflowResponse } from '../SipgateAiflowResponse';
import type { AiflowAction } from '../wire';
import { AiflowServer } from './AiflowServer';
import type { Headers } from './token';

/** What is needed of a socket; `ws` and anything like it has it. */
export type Socket = Pick<WebSocket, 'send' | 'readyState' | 'OPEN'>;

/** `ws` gives messages as buffers; text and binary frames may both hold JSON (spec 4.2). */
export type SocketData = string | Buffer | ArrayBuffer | Buffer[];

/** One message of a WebSocket. Outputs leave as they are sent, each as one text frame. */
export class WebSocketServer extends AiflowServer {
  /** `headers`: those of the upgrade request, where the token is. */
  constructor(
    private readonly socket: Socket,
    data: SocketData,
    headers: Headers = {},
  ) {
    super(parse(data), headers);
  }

  get connection(): object {
    return this.socket;
  }

  /**
   * Sends now and says whether it could. One action is an object, several are an array; nothing is silence
   * (spec 4.2).
   */
  push(actions: readonly AiflowAction[]): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return false;
    // Past this check a failing send means a socket that is going down; its close is what gets handled.
    if (actions.length > 0)
      this.socket.send(JSON.stringify(actions.length === 1 ? actions[0] : actions), () => {});
    return true;
  }

  override async setResponse(response: unknown): Promise<void> {
    if (response instanceof SipgateAiflowResponse) this.push(response.actions);
  }

  /** There is no status on a socket: the frame is dropped. */
  override refuse(): void {}
}

/** The frame's JSON, or null for a frame that is none: null is no event, so it is dropped like any other. */
function parse(data: SocketData): unknown {
  const text = Array.isArray(data)
    ? Buffer.concat(data).toString('utf8')
    : data instanceof ArrayBuffer
      ? Buffer.from(data).toString('utf8')
      : data.toString();
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
