import { LingeringClock } from '@jovo-telephony/platform-base';
import {
  type GatewayAnswer,
  type GatewaySocketEvent,
  type LambdaContext,
  lambdaSocketDoor,
} from '@lautmaler/jovo-platform-aiflow';
import { GatewayConnections } from './gateway-connections';
import { isWarmUp, settled, startedOnce, startInstance, type WarmUpEvent } from './lambda-instance';
import { systemClock } from './system-clock';

/** A store that is slow is waited for; one that is away would keep every instance busy. */
const WRITTEN_WITHIN_MS = 3_000;

const opened = startedOnce(async () => {
  const clock = new LingeringClock(systemClock);
  const instance = await startInstance({ platformClock: clock });
  const { app, settings } = instance;
  const connections = await GatewayConnections.open(settings.gatewayUrl, process.env.AWS_REGION);
  return lambdaSocketDoor(app, {
    apiKey: settings.aiflowApiKey,
    clock,
    post: (event) => connections.poster(event),
    settled: () => settled(instance, WRITTEN_WITHIN_MS),
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
