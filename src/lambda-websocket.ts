import { LingeringClock } from '@jovo-telephony/platform-base';
import {
  type GatewayAnswer,
  type GatewaySocketEvent,
  type LambdaContext,
  lambdaSocketDoor,
} from '@lautmaler/jovo-platform-aiflow';
import { GatewayConnections } from './gateway-connections';
import { isWarmUp, startedOnce, startInstance, type WarmUpEvent } from './lambda-instance';
import { systemClock } from './system-clock';

const opened = startedOnce(async () => {
  const clock = new LingeringClock(systemClock);
  const { app, settings, reporter } = await startInstance({ platformClock: clock });
  const connections = await GatewayConnections.open(settings.gatewayUrl, process.env.AWS_REGION);
  return lambdaSocketDoor(app, {
    apiKey: settings.aiflowApiKey,
    clock,
    post: (event) => connections.poster(event),
    busy: () => reporter.busy,
  });
});

/** Calls over an API Gateway WebSocket API: all of its routes. */
export async function handler(
  event: GatewaySocketEvent | WarmUpEvent,
  context: LambdaContext,
): Promise<GatewayAnswer> {
  const handle = await opened();
  return isWarmUp(event) ? { statusCode: 200 } : handle(event, context);
}
