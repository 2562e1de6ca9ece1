import { type HttpDoor, httpDoor as nodeDoor } from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import { answerWebhook, type HttpDoorOptions } from './door-options';

export type { HttpDoor };

/**
 * The webhook: a handler for `node:http` and for Express (`app.use('/sipgate', httpDoor(jovoApp))`). It reads the
 * body itself, so no body parser may stand before it.
 */
export function httpDoor(app: App, options: HttpDoorOptions = {}): HttpDoor {
  return nodeDoor(answerWebhook(app, options));
}
