import type { WebSocket } from 'ws';

/** How long a socket may be of no use. */
export interface SocketLimits {
  /** From the upgrade to the first message; who opens a socket has something to say. */
  firstMessageMs: number;
  /** How often the other side is asked whether it is still there. Without an answer until the next time it is gone. */
  pingEveryMs: number;
  /** Bytes that wait for a peer that does not read. */
  maxBufferedBytes: number;
}

export const SOCKET_LIMITS: Readonly<SocketLimits> = {
  firstMessageMs: 10_000,
  pingEveryMs: 30_000,
  maxBufferedBytes: 1024 * 1024,
};

/** Nobody has said anything in time. */
const POLICY_VIOLATION = 1008;

/** Closes sockets that are silent from the beginning, dead, or not read from. */
export class SocketWatch {
  private readonly answered = new WeakMap<WebSocket, boolean>();
  private readonly rounds: NodeJS.Timeout;

  constructor(
    private readonly sockets: ReadonlySet<WebSocket>,
    private readonly limits: Readonly<SocketLimits>,
  ) {
    this.rounds = setInterval(() => this.look(), limits.pingEveryMs).unref();
  }

  opened(socket: WebSocket): void {
    const silent = setTimeout(() => socket.close(POLICY_VIOLATION), this.limits.firstMessageMs).unref();
    socket.once('message', () => clearTimeout(silent));
    socket.once('close', () => clearTimeout(silent));
    this.answered.set(socket, true);
    const alive = () => this.answered.set(socket, true);
    socket.on('pong', alive);
    socket.on('message', alive);
  }

  close(): void {
    clearInterval(this.rounds);
  }

  private look(): void {
    for (const socket of this.sockets) {
      if (!this.answered.get(socket) || socket.bufferedAmount > this.limits.maxBufferedBytes) {
        socket.terminate();
        continue;
      }
      this.answered.set(socket, false);
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }
}
