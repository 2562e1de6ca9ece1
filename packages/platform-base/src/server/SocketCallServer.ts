import type { WebSocket } from 'ws';
import { CallResponse } from '../jovo/CallResponse';
import { type JsonLimits, readJsonText } from '../json';
import type { RefusalOptions } from './any-server';
import { CallServer } from './CallServer';
import type { Headers } from './headers';

/** What is needed of a socket; `ws` and anything like it has it. */
export type Socket = Pick<WebSocket, 'send' | 'readyState' | 'OPEN'> & Partial<Pick<WebSocket, 'close'>>;

/** `ws` gives messages as buffers; text and binary frames may both hold JSON. */
export type SocketData = string | Buffer | ArrayBuffer | Buffer[];

/** Statuses that mean: not here, not now. */
const TRY_ELSEWHERE: ReadonlySet<number> = new Set([429, 503]);
/** The close code for them (RFC 6455 registry). */
const TRY_AGAIN_LATER = 1013;

/** One message of a WebSocket. Outputs leave as they are sent, each as one text frame. */
export abstract class SocketCallServer extends CallServer {
  /** `headers`: those of the upgrade request, where the token is. */
  constructor(
    private readonly socket: Socket,
    event: unknown,
    headers: Headers = {},
  ) {
    super(event, headers);
  }

  get connection(): object {
    return this.socket;
  }

  /** Actions as one message of the wire. Never asked for none. */
  protected abstract frame(actions: readonly object[]): unknown;

  /** Sends now and says whether it could. Nothing is silence. */
  push(actions: readonly object[]): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return false;
    // Past this check a failing send means a socket that is going down; its close is what gets handled.
    if (actions.length > 0) this.socket.send(JSON.stringify(this.frame(actions)), () => {});
    return true;
  }

  override async setResponse(response: unknown): Promise<void> {
    if (response instanceof CallResponse) this.push(response.actions);
  }

  /** There is no status on a socket: the frame is dropped; where others may take the call, the socket is closed. */
  override refuse(status: number, error: string, { keepOpen }: RefusalOptions = {}): void {
    if (TRY_ELSEWHERE.has(status) && keepOpen === false) this.socket.close?.(TRY_AGAIN_LATER, error);
  }
}

/** The frame's JSON, or null for one that is none or is beyond the limits: null is no event, so it is dropped. */
export function parseFrame(data: SocketData, limits?: JsonLimits): unknown {
  const reading = readJsonText(bytesOf(data), limits);
  return 'fault' in reading ? null : reading.json;
}

function bytesOf(data: SocketData): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
