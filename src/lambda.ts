import { type GatewayAnswer, type GatewayRequest, lambdaDoor } from '@lautmaler/jovo-platform-aiflow';
import { isWarmUp, startedOnce, startInstance, type WarmUpEvent } from './lambda-instance';

/** How long the end of a call waits for its report. */
const REPORT_WITHIN_MS = 5_000;

const opened = startedOnce(async () => {
  const { app, settings, reporter } = await startInstance();
  const door = lambdaDoor(app, { apiKey: settings.aiflowApiKey });
  return async (request: GatewayRequest) => {
    const { begun } = reporter;
    const answer = await door(request);
    // Lambda stops the clock between events. What is not done by then goes on with the next one, if there is one.
    if (reporter.begun > begun) await reporter.settled(REPORT_WITHIN_MS);
    return answer;
  };
});

/** The webhook behind an API Gateway HTTP API. */
export async function handler(event: GatewayRequest | WarmUpEvent): Promise<GatewayAnswer> {
  const handle = await opened();
  return isWarmUp(event) ? { statusCode: 204 } : handle(event);
}
