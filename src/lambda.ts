import { type GatewayAnswer, type GatewayRequest, lambdaDoor } from '@lautmaler/jovo-platform-aiflow';
import { readSettings } from './settings';
import { start } from './start';

type Handler = (request: GatewayRequest) => Promise<GatewayAnswer>;

let opened: Promise<Handler> | undefined;

async function open(): Promise<Handler> {
  const settings = readSettings(process.env);
  const { app } = await start(settings);
  return lambdaDoor(app, { apiKey: settings.aiflowApiKey });
}

/** The webhook behind an API Gateway HTTP API. What it started is kept for the next event of this instance. */
export async function handler(request: GatewayRequest): Promise<GatewayAnswer> {
  opened ??= open();
  return (await opened)(request);
}
