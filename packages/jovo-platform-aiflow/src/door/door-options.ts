import {
  answerEvents,
  type EventDoorOptions,
  type Guard,
  type HttpAnswerer,
} from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import { apiKeyGuard } from '../config';
import { SipgateAiflowPlatform } from '../SipgateAiflowPlatform';
import { HttpServer } from '../server/HttpServer';

/** What every door is told. */
export interface DoorOptions {
  /** Shared secret; checked before anything is read or parsed (spec 2). Of several each is valid. */
  apiKey?: string | readonly string[];
  apiKeyHeader?: string;
}

/** `maxBodyBytes`: spec 3.6. */
export type HttpDoorOptions = DoorOptions & Pick<EventDoorOptions, 'maxBodyBytes' | 'json'>;

/** The platform behind the door. */
export function platformOf(app: App): SipgateAiflowPlatform | undefined {
  const platform = app.plugins.SipgateAiflowPlatform;
  return platform instanceof SipgateAiflowPlatform ? platform : undefined;
}

/** The secret of the door, or else that of the platform behind it: both are checked at the door, before all else. */
export function guardOf(app: App, { apiKey, apiKeyHeader }: DoorOptions): Guard | undefined {
  const { config } = platformOf(app) ?? {};
  const header = apiKeyHeader ?? config?.apiKeyHeader;
  return apiKeyGuard({ apiKey: apiKey || config?.apiKey, ...(header && { apiKeyHeader: header }) });
}

/** The webhook, whichever host serves it. */
export function answerWebhook(app: App, options: HttpDoorOptions): HttpAnswerer {
  return answerEvents(app, (event, headers, send) => new HttpServer(event, headers, send), {
    guard: guardOf(app, options),
    maxBodyBytes: options.maxBodyBytes,
    json: options.json,
  });
}
