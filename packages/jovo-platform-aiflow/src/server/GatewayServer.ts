import { GatewayCallServer, type PostToConnection, parseFrame } from '@jovo-telephony/platform-base';
import { NETWORK } from '../portable';

/** One message of a WebSocket behind API Gateway. Outputs leave as they are sent, through its management API. */
export class GatewayServer extends GatewayCallServer {
  readonly network = NETWORK;

  constructor(connection: string, data: Buffer, post: PostToConnection) {
    super(connection, parseFrame(data), post);
  }

  /** One action is an object, several are an array (spec 4.2). */
  protected override frame(actions: readonly object[]): unknown {
    return actions.length === 1 ? actions[0] : actions;
  }
}
