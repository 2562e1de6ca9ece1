import { type GatewayAnswer, type GatewayRequest, lambdaDoor } from '@lautmaler/jovo-platform-aiflow';
import { isWarmUp, settled, startedOnce, startInstance, type WarmUpEvent } from './lambda-instance';

/** So much later than an answer of the platform, and the network might have given up. */
const WRITTEN_WITHIN_MS = 700;

const opened = startedOnce(async () => {
  const instance = await startInstance();
  const door = lambdaDoor(instance.app, { apiKey: instance.settings.aiflowApiKey });
  return async (request: GatewayRequest) => {
    const answer = await door(request);
    await settled(instance, WRITTEN_WITHIN_MS);
    return answer;
  };
});

/** The webhook behind an API Gateway HTTP API. */
export async function handler(event: GatewayRequest | WarmUpEvent): Promise<GatewayAnswer> {
  const handle = await opened();
  return isWarmUp(event) ? { statusCode: 204 } : handle(event);
}
