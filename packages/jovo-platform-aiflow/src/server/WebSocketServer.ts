import {
  type Headers,
  parseFrame,
  type Socket,
  SocketCallServer,
  type SocketData,
} from '@jovo-telephony/platform-base';
import { NETWORK } from '../portable';

/** One message of a WebSocket. Outputs leave as they are sent, each as one text frame. */
export class WebSocketServer extends SocketCallServer {
  readonly network = NETWORK;

  /** `headers`: those of the upgrade request, where the token is. */
  constructor(socket: Socket, data: SocketData, headers: Headers = {}) {
    super(socket, parseFrame(data), headers);
  }

  /** One action is an object, several are an array (spec 4.2). */
  protected override frame(actions: readonly object[]): unknown {
    return actions.length === 1 ? actions[0] : actions;
  }
}
