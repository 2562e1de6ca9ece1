import {
  type GatewaySocketEvent,
  type LambdaContext,
  type LambdaSocketDoor,
  type LingeringClock,
  type PostToConnection,
  SOCKET_GRACE_MS,
  lambdaSocketDoor as socketDoor,
} from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import { GatewayServer } from '../server/GatewayServer';
import { type DoorOptions, guardOf, platformOf } from './door-options';

export type { GatewaySocketEvent, LambdaContext, LambdaSocketDoor };

export interface LambdaSocketDoorOptions extends DoorOptions {
  /** How a message leaves for a connection of the API that an event came from. */
  post(event: GatewaySocketEvent): PostToConnection;
  /** The clock of the platform. */
  clock: LingeringClock;
  /** Whether the app has something else to do that the function must wait for. */
  busy?(): boolean;
  /** How long a call outlives its socket before it counts as ended (spec 4.1), where the function may run that long. */
  graceMs?: number;
}

/** Calls over a WebSocket API of API Gateway, as a Lambda handler. */
export function lambdaSocketDoor(app: App, options: LambdaSocketDoorOptions): LambdaSocketDoor {
  const { post, clock, graceMs = SOCKET_GRACE_MS } = options;
  const receiver = () => platformOf(app)?.receiver;
  return socketDoor({
    guard: guardOf(app, options),
    clock,
    message(data, event) {
      return app.handle(new GatewayServer(event.requestContext.connectionId, data, post(event)));
    },
    async closed(connectionId) {
      await receiver()?.refresh(connectionId);
      receiver()?.connectionLost(connectionId, graceMs);
    },
    busy: () => clock.pending > 0 || (receiver()?.calls.busy ?? false) || (options.busy?.() ?? false),
  });
}
