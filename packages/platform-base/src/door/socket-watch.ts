import type { Clock } from '@jovo-telephony/telephony';
import type { WebSocket } from 'ws';

/** How long a socket may be of no use. */
export interface SocketLimits {
  /** From the upgrade to the first message; 0 for a socket on which the other side never speaks. */
  firstMessageMs: number;
  /**
   * How often the other side is asked whether it is still there; without a sign of life until the next time it is
   * gone. 0: never.
   */
  pingEveryMs: number;
  /** Bytes that wait for a peer that does not read. Looked at with every ping. */
  maxBufferedBytes: number;
}

export const SOCKET_LIMITS: Readonly<SocketLimits> = {
  firstMessageMs: 10_000,
  pingEveryMs: 30_000,
  maxBufferedBytes: 1024 * 1024,
};

/** Nobody has said anything in time. */
const POLICY_VIOLATION = 1008;

/** Who is in the middle of a frame will not answer a close. */
const CLOSE_WITHIN_MS = 2_000;

/** Closes a socket that is silent from the beginning, dead, or not read from. */
export function watchSocket(socket: WebSocket, limits: Readonly<SocketLimits>, clock: Clock): void {
  const { firstMessageMs, pingEveryMs, maxBufferedBytes } = limits;
  let isAlive = true;
  let stopLooking = () => {};
  const look = () => {
    if (!isAlive || socket.bufferedAmount > maxBufferedBytes) {
      socket.terminate();
      return;
    }
    isAlive = false;
    if (socket.readyState === socket.OPEN) socket.ping();
    stopLooking = clock.after(pingEveryMs, look);
  };
  if (pingEveryMs > 0) stopLooking = clock.after(pingEveryMs, look);
  const tooLate = () => {
    socket.close(POLICY_VIOLATION);
    clock.after(CLOSE_WITHIN_MS, () => socket.terminate());
  };
  const stopWaiting = firstMessageMs > 0 ? clock.after(firstMessageMs, tooLate) : () => {};
  socket.once('message', stopWaiting);
  for (const sign of ['pong', 'message', 'ping']) {
    socket.on(sign, () => {
      isAlive = true;
    });
  }
  socket.once('close', () => {
    stopWaiting();
    stopLooking();
  });
}
