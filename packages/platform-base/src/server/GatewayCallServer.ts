import { CallResponse } from '../jovo/CallResponse';
import { CallServer } from './CallServer';
import { messagesOf } from './gateway-messages';

/**
 * Sends one message to a connection, through the management API of the gateway. False if the connection is gone;
 * rejects if the gateway fails.
 */
export type PostToConnection = (connectionId: string, message: Uint8Array) => Promise<boolean>;

/** One message of a WebSocket behind a gateway, as Lambda gets it. Outputs leave as they are sent. */
export abstract class GatewayCallServer extends CallServer {
  /** The gateway has let the connection in; what comes on it has no headers that could be asked again. */
  readonly admitted = true;

  constructor(
    readonly connection: string,
    event: unknown,
    private readonly post: PostToConnection,
  ) {
    super(event);
  }

  /** Actions as one message of the wire. Never asked for none. */
  protected abstract frame(actions: readonly object[]): unknown;

  /** Resolves when all have left, with false if one could not. */
  async push(actions: readonly object[]): Promise<boolean> {
    for (const message of messagesOf(actions, (some) => this.frame(some))) {
      if (!(await this.post(this.connection, message))) return false;
    }
    return true;
  }

  override async setResponse(response: unknown): Promise<void> {
    if (response instanceof CallResponse) await this.push(response.actions);
  }

  /** There is no status on a socket: the message is dropped. */
  override refuse(): void {}
}
