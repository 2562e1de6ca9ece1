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
}

/** Sends activities on a socket and says whether it could. */
export type Send = (activities: readonly Activity[]) => boolean;

/** A connection of a call that activities can leave on at any time. */
export interface PushLine {
  connection: object;
  push(actions: readonly AudiocodesAction[]): boolean;
}

/** Nothing that never gets on the wire does. */
export function pushLine(socket: Socket, frameOf: (activities: readonly Activity[]) => unknown): PushLine {
  return {
    connection: socket,
    push(actions) {
      if (socket.readyState !== socket.OPEN) return false;
      const activities = actions.filter(isActivity);
      if (activities.length > 0) socket.send(JSON.stringify(frameOf(activities)), () => {});
      return true;
    },
  };
}

/** An event whose answer leaves on a socket: all of WebSocket mode, and HTTP mode while its socket is open. */
export class AudiocodesPushServer extends CallServer {
  readonly network = 'audiocodes';

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
