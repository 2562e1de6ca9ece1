import {
  type GatewaySocketEvent,
  type LambdaContext,
  type LambdaSocketDoor,
  type LambdaSocketOptions,
  type PostToConnection,
  lambdaSocketDoor as socketDoor,
} from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import { GatewayServer } from '../server/GatewayServer';
import { type DoorOptions, guardOf, platformOf } from './door-options';

export type { GatewaySocketEvent, LambdaContext, LambdaSocketDoor };

/** `graceMs`: spec 4.1. */
export interface LambdaSocketDoorOptions
  extends DoorOptions,
    Pick<LambdaSocketOptions, 'clock' | 'settled' | 'graceMs'> {
  /** How a message leaves for a connection of the API that an event came from. */
  post(event: GatewaySocketEvent): PostToConnection;
}

/** Calls over a WebSocket API of API Gateway, as a Lambda handler. */
export function lambdaSocketDoor(app: App, options: LambdaSocketDoorOptions): LambdaSocketDoor {
  const { post, clock, settled, graceMs } = options;
  const receiver = () => platformOf(app)?.receiver;
  const warn = (warning: string) => receiver()?.options.rules.warn(warning);
  return socketDoor({
    guard: guardOf(app, options),
    message: (data, event) =>
      app.handle(new GatewayServer(event.requestContext.connectionId, data, post(event), warn)),
    receiver,
    clock,
    settled,
    graceMs,
  });
}
