import { CallServer, type Headers, HttpCallServer, type Socket } from '@jovo-telephony/platform-base';
import { type AudiocodesAction, isActivity } from '../types';
import type { Activity } from '../wire';

/** What every door hands on, whichever way it came. */
export interface ActivitiesBody {
  conversation: string;
  activities: readonly unknown[];
}

/** A request that is answered once. */
export class AudiocodesHttpServer extends HttpCallServer {
  readonly network = 'audiocodes';
  /** The door has asked for the token: to ask again may mean to ask somebody else again. */
  readonly admitted = true;
}

/** Sends activities on a socket and says whether it could. */
export type Send = (activities: readonly Activity[]) => boolean;

/** A connection of a call that activities can leave on at any time. */
export interface PushLine {
  connection: object;
  push(actions: readonly AudiocodesAction[]): boolean;
  /** What has left and may not have arrived, in order. */
  unconfirmed(): Activity[];
}

/** A socket whose other end confirms what it has read. */
export type ConfirmingSocket = Socket & {
  ping(data: string): void;
  on(event: 'pong', listener: (data: Buffer) => void): unknown;
};

/** Of a peer that has never answered a ping nobody knows what it has read: older things have arrived. */
const ARRIVES_WITHIN_MS = 5_000;
const MAX_UNCONFIRMED = 64;

/**
 * Nothing that never gets on the wire does. A frame that was written to a socket which is dying is lost without a word,
 * so a ping follows each: whoever has answered it has read what came before.
 */
export function pushLine(
  socket: ConfirmingSocket,
  frameOf: (activities: readonly Activity[]) => unknown,
  nowMs: () => number,
): PushLine {
  let count = 0;
  let answersPings = false;
  let sent: { count: number; atMs: number; activities: readonly Activity[] }[] = [];
  socket.on('pong', (data) => {
    answersPings = true;
    // Whoever asks whether the peer is still there sends no number along.
    const read = Number(data.toString()) || 0;
    sent = sent.filter((frame) => frame.count > read);
  });
  return {
    connection: socket,
    push(actions) {
      if (socket.readyState !== socket.OPEN) return false;
      const activities = actions.filter(isActivity);
      if (activities.length === 0) return true;
      socket.send(JSON.stringify(frameOf(activities)), () => {});
      count += 1;
      sent = [...sent.slice(1 - MAX_UNCONFIRMED), { count, atMs: nowMs(), activities }];
      socket.ping(String(count));
      return true;
    },
    unconfirmed() {
      const sinceMs = nowMs() - ARRIVES_WITHIN_MS;
      return sent.flatMap(({ atMs, activities }) => (answersPings || atMs >= sinceMs ? activities : []));
    },
  };
}

/** An event whose answer leaves on a socket: all of WebSocket mode, and HTTP mode while its socket is open. */
export class AudiocodesPushServer extends CallServer {
  readonly network = 'audiocodes';
  readonly admitted = true;

  constructor(
    body: ActivitiesBody,
    headers: Headers,
    private readonly line: PushLine,
  ) {
    super(body, headers);
  }

  get connection(): object {
    return this.line.connection;
  }

  push(actions: readonly AudiocodesAction[]): boolean {
    return this.line.push(actions);
  }

  override async setResponse(): Promise<void> {}

  /** There is no status on a socket. */
  override refuse(): void {}
}
