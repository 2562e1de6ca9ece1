import type { Receiver } from '@jovo-telephony/platform-base';
import type { Audiocodes } from '../types';
import { type ConfirmingSocket, type PushLine, pushLine } from './servers';

/** What a line needs to be closed. */
export type ClosableSocket = ConfirmingSocket & { close(code?: number, reason?: string): void };

/**
 * The sockets on which calls can be pushed to, one per call. A new one wins: the old one is probably dead and nobody
 * has noticed yet (spec 1.10, 2.10).
 */
export class Lines {
  private readonly sockets = new Map<string, { socket: ClosableSocket; line: PushLine }>();

  constructor(private readonly receiver: Receiver<Audiocodes>) {}

  /** The line of a call, if it is open. */
  of(callId: string): PushLine | undefined {
    const found = this.sockets.get(callId);
    return found && found.socket.readyState === found.socket.OPEN ? found.line : undefined;
  }

  open(callId: string, socket: ClosableSocket, frameOf: Parameters<typeof pushLine>[1]): PushLine {
    const before = this.sockets.get(callId);
    const line = pushLine(socket, frameOf, () => this.receiver.options.clock.nowMs());
    this.sockets.set(callId, { socket, line });
    if (before && before.socket !== socket) {
      this.lost(callId, before.line);
      before.socket.close(1000, 'another connection has taken over');
    }
    return line;
  }

  /** The socket has gone: what cannot leave on it waits for the next chance. */
  closed(callId: string, socket: ClosableSocket): void {
    const call = this.receiver.calls.find(callId);
    if (call?.connection === socket) call.push = undefined;
    const open = this.sockets.get(callId);
    if (open?.socket !== socket) return;
    this.sockets.delete(callId);
    this.lost(callId, open.line);
  }

  private lost(callId: string, line: PushLine): void {
    const call = this.receiver.calls.find(callId);
    if (call) this.receiver.undelivered(call, line.unconfirmed());
  }

  /** The call is over. */
  end(callId: string): void {
    this.sockets.get(callId)?.socket.close(1000);
    this.sockets.delete(callId);
  }
}
