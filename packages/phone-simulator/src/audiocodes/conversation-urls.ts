/** The answer to the creation of a conversation: where everything else is sent (spec 1.5). */
import { isObject, show } from '../checks';
import { urlFor } from '../connection';
import type { Violation } from '../violation';

export interface ConversationUrls {
  activities: string;
  refresh: string;
  disconnect: string;
  /** W1a, if the bot offers it. */
  websocket?: string;
  expiresSeconds: number;
}

/** Reads the body of the answer; without URLs when it cannot be used. */
export function readConversationUrls(
  json: unknown,
  botUrl: string,
  secret: string | undefined,
): { urls?: ConversationUrls; violations: Violation[] } {
  const violations: Violation[] = [];
  const wrong = (field: string, fault: string) =>
    violations.push({
      rule: `create.${field}`,
      sentence: `The answer to the creation: ${fault}.`,
      spec: '1.5',
    });
  if (!isObject(json)) {
    wrong('body', `${show(json)} is no object`);
    return { violations };
  }
  const address = (field: string, required: boolean): string | undefined => {
    const value = json[field];
    if (value === undefined && !required) return undefined;
    if (typeof value !== 'string' || value === '' || !URL.canParse(value, urlFor('http', botUrl))) {
      wrong(field, `${field} must be an absolute or relative address, got ${show(value)}`);
      return undefined;
    }
    if (secret && decodeURIComponent(value).includes(secret)) wrong(field, `${field} contains the secret`);
    return new URL(value, urlFor('http', botUrl)).href;
  };
  const activities = address('activitiesURL', true);
  const refresh = address('refreshURL', true);
  const disconnect = address('disconnectURL', true);
  const websocket = address('websocketURL', false);
  if (typeof json.websocketURL === 'string' && /^https?:/i.test(json.websocketURL)) {
    wrong('websocketURL', 'websocketURL must be ws://, wss:// or relative');
  }
  const expiresSeconds = readExpiry(json.expiresSeconds);
  if (expiresSeconds === undefined) {
    wrong('expiresSeconds', `expiresSeconds must be a number above 0, got ${show(json.expiresSeconds)}`);
  }
  if (!activities || !refresh || !disconnect) return { violations };
  const urls = { activities, refresh, disconnect, expiresSeconds: expiresSeconds ?? 60 };
  return { urls: websocket ? { ...urls, websocket: urlFor('websocket', websocket) } : urls, violations };
}

/** Seconds until the conversation expires, if that is what it says. */
export function readExpiry(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}
