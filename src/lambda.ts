import { type GatewayAnswer, type GatewayRequest, lambdaDoor } from '@lautmaler/jovo-platform-aiflow';
import { logging } from './operations/call-log';
import { plainLog } from './operations/plain-log';
import { readSettings } from './settings';
import { start } from './start';

type Handler = (request: GatewayRequest) => Promise<GatewayAnswer>;

/** How long the end of a call waits for its report. */
const REPORT_WITHIN_MS = 5_000;

let opened: Promise<Handler> | undefined;

async function open(): Promise<Handler> {
  const settings = readSettings(process.env);
  const log = plainLog(settings.log.level);
  const { app, reporter } = await start(settings, { log, observe: logging(log) });
  const door = lambdaDoor(app, { apiKey: settings.aiflowApiKey });
  return async (request) => {
    const begun = reporter.begun;
    const answer = await door(request);
    // Lambda stops the clock between events. What is not done by then goes on with the next one, if there is one.
    if (reporter.begun > begun) await reporter.settled(REPORT_WITHIN_MS);
    return answer;
  };
}

/** The webhook behind an API Gateway HTTP API. What it started is kept for the next event of this instance. */
export async function handler(request: GatewayRequest): Promise<GatewayAnswer> {
  opened ??= open();
  return (await opened)(request);
}
