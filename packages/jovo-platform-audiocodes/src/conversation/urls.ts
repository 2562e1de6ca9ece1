/** Where a gateway sends what (spec 1.5). `bot`: the address that was configured at the gateway itself. */
export type Route = 'activities' | 'refresh' | 'disconnect' | 'websocket';

export const ROUTES: readonly Route[] = ['activities', 'refresh', 'disconnect', 'websocket'];

export interface UrlOptions {
  /** Path of the request that created the conversation, as the gateway sent it. */
  botPath: string;
  /** Address under which the gateway reaches this process, for example `https://bot.example.com`; none: relative. */
  publicBaseUrl?: string;
}

/** The addresses of one conversation, as the answer to its creation carries them. */
export type ConversationUrls = Record<Route, string>;

/**
 * Absolute where the public address is known, otherwise relative without a leading slash: both survive a proxy that
 * puts a prefix in front. The id is percent-encoded and never used as a file name.
 */
export function conversationUrls(id: string, { botPath, publicBaseUrl }: UrlOptions): ConversationUrls {
  const path = (botPath.split('?')[0] ?? '').replace(/\/+$/, '');
  const base =
    publicBaseUrl === undefined ? relativeBase(botPath) : `${publicBaseUrl.replace(/\/+$/, '')}${path}/`;
  const of = (route: Route) => `${base}conversation/${encodeId(id)}/${route}`;
  return {
    activities: of('activities'),
    refresh: of('refresh'),
    disconnect: of('disconnect'),
    // A relative address resolves with ws for http (spec 1.5); an absolute one says so itself.
    websocket: of('websocket').replace(/^http/, 'ws'),
  };
}

/** Resolution drops the last segment of the address that it starts from, so that segment is repeated. */
function relativeBase(botPath: string): string {
  const path = botPath.split('?')[0] ?? '';
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last === '' ? '' : `${last}/`;
}

/** `encodeURIComponent` leaves dots, which look like steps to whoever decodes too early. */
function encodeId(id: string): string {
  return encodeURIComponent(id).replace(/\./g, '%2E');
}

/** Whether a path is the bot's own, and not that of one of its conversations. */
export function isBotPath(path: string): boolean {
  return !path.includes('/conversation/');
}

/**
 * What a path is about, still encoded, for example `/audiocodes/conversation/abc/refresh`; undefined if it is none of
 * ours. What stands before `/conversation/` is a proxy's matter, or a gateway's that resolves addresses otherwise.
 */
export function routeOf(path: string): { id: string; route: Route } | undefined {
  const match = /\/conversation\/([^/]+)\/([a-z]+)$/.exec(path);
  const [, encoded, name] = match ?? [];
  const route = ROUTES.find((one) => one === name);
  const id = encoded === undefined ? undefined : decoded(encoded);
  return route && id ? { id, route } : undefined;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
