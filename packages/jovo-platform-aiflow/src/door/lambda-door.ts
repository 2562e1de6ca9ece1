import {
  type GatewayAnswer,
  type GatewayRequest,
  lambdaDoor as gatewayDoor,
  type LambdaDoor,
} from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import { answerWebhook, type HttpDoorOptions } from './door-options';

export type { GatewayAnswer, GatewayRequest };

/** The webhook as a Lambda handler. The app is started on the first event and kept. */
export function lambdaDoor(app: App, options: HttpDoorOptions = {}): LambdaDoor {
  return gatewayDoor(answerWebhook(app, options));
}
