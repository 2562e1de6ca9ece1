import {
  type Call,
  type HttpAnswer,
  type HttpAnswerer,
  type HttpRequest,
  notAllowed,
  readJson,
  throughApp,
  UNAUTHORIZED,
} from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import type { AudiocodesPlatform } from '../AudiocodesPlatform';
import { LIFETIME } from '../conversation/conversation-state';
import {
  type Disconnect,
  type Rejected,
  readActivityList,
  readCreation,
  readDisconnect,
  sameConversation,
} from '../conversation/requests';
import { conversationUrls, type Route, routeOf } from '../conversation/urls';
import { eventRule } from '../events/event-rules';
import { readActivities } from '../events/read-activities';
import type { Audiocodes } from '../types';
import type { Lines } from './lines';
import { type ActivitiesBody, AudiocodesHttpServer, AudiocodesPushServer } from './servers';

export interface HttpRoutesOptions {
  app: App;
  platform: AudiocodesPlatform;
  lines: Lines;
  /** Path of the bot's own address, for example `/audiocodes`. */
  path: string;
  /** Address under which the gateway reaches this process; without it our answers hold relative addresses. */
  publicBaseUrl?: string;
  /** Whether the gateway is offered a socket on which we can speak at any time (spec 1.10). */
  asyncSocket: boolean;
  maxBodyBytes: number;
}

/** Exactly this: Live Hub looks at the body (spec 1.4). */
const HEALTHY: HttpAnswer = { status: 200, body: { type: 'ac-bot-api', success: true } };

const NOT_FOUND: HttpAnswer = { status: 404, body: { error: 'This conversation is not known here' } };
const NOTHING: HttpAnswer = { status: 200, body: {} };

/** HTTP mode (spec 1): who comes in is asked before anything is read, on every route. */
export class HttpRoutes {
  constructor(private readonly options: HttpRoutesOptions) {}

  readonly answer: HttpAnswerer = async (request) => {
    const { platform, maxBodyBytes } = this.options;
    if (platform.guard && !(await platform.guard(request.headers))) return UNAUTHORIZED;
    const address = routeOf(request.path);
    const isBot = !request.path.includes('/conversation/');
    if (!address && !isBot) return { status: 404, body: { error: 'There is nothing at this address' } };
    if (isBot && request.method === 'GET') return HEALTHY;
    if (request.method !== 'POST') return isBot ? notAllowed('GET', 'POST') : notAllowed('POST');
    const body = await readJson(request, maxBodyBytes);
    if ('fault' in body) return body.fault;
    if (!address) return this.create(body.json, request);
    return this.route(address.route, address.id, body.json, request);
  };

  private async create(body: unknown, { query }: HttpRequest): Promise<HttpAnswer> {
    const { platform, path, publicBaseUrl, asyncSocket } = this.options;
    const creation = readCreation(body);
    if ('reject' in creation) return rejected(creation);
    const attributes = { ...attributesOf(query), ...(creation.bot && { bot: creation.bot }) };
    const call = await platform.receiver.announce(creation.id, ({ notes }) => {
      // A call that has begun over its socket stays there.
      notes.mode ??= 'http';
      notes.attributes ??= attributes;
    });
    this.expire(call);
    const urls = conversationUrls(creation.id, { botPath: path, publicBaseUrl });
    return {
      status: 200,
      body: {
        activitiesURL: urls.activities,
        refreshURL: urls.refresh,
        disconnectURL: urls.disconnect,
        ...(asyncSocket && { websocketURL: urls.websocket }),
        expiresSeconds: LIFETIME.expiresSeconds,
      },
    };
  }

  private async route(route: Route, id: string, body: unknown, request: HttpRequest): Promise<HttpAnswer> {
    if (route === 'websocket') return notAllowed('GET');
    const { receiver } = this.options.platform;
    const call = await receiver.known(id);
    if (route === 'disconnect') return this.disconnect(id, call, body, request);
    if (!call) return NOT_FOUND;
    if (route === 'activities') return this.activities(id, body, request);
    const other = sameConversation(body, id);
    if (other) return rejected(other);
    await receiver.seen(call);
    return { status: 200, body: { expiresSeconds: LIFETIME.expiresSeconds } };
  }

  private async activities(id: string, body: unknown, { headers }: HttpRequest): Promise<HttpAnswer> {
    const activities = readActivityList(body, id);
    if ('reject' in activities) return rejected(activities);
    const { app, lines } = this.options;
    const given: ActivitiesBody = { conversation: id, activities };
    const line = lines.of(id);
    if (line) {
      // What is to be said leaves on the socket, so that nobody has to wait for it here (spec 1.10).
      app.handle(new AudiocodesPushServer(given, headers, line)).catch(() => {});
      return NOTHING;
    }
    const answered = throughApp(app, (send) => new AudiocodesHttpServer(given, headers, send));
    return isPassing(activities) ? NOTHING : answered;
  }

  private async disconnect(
    id: string,
    call: Call<Audiocodes> | undefined,
    body: unknown,
    { headers }: HttpRequest,
  ): Promise<HttpAnswer> {
    const { app, platform, lines } = this.options;
    const disconnect = readDisconnect(body, id);
    if ('reject' in disconnect) return rejected(disconnect);
    // A repeated one: the gateway has not heard our answer.
    if (!call) return platform.receiver.calls.hasEnded(id) ? NOTHING : NOT_FOUND;
    const given = endOf(id, disconnect);
    await throughApp(app, (send) => new AudiocodesHttpServer(given, headers, send));
    lines.end(id);
    return NOTHING;
  }

  /** Ends a conversation that the gateway no longer speaks of (spec 1.8). One timer per call, set anew while it lives. */
  private expire(call: Call<Audiocodes>): void {
    const { receiver, wire } = this.options.platform;
    const { clock } = receiver.options;
    if (watched.has(call)) return;
    watched.add(call);
    const look = () => {
      if (receiver.calls.find(call.id) !== call) return;
      const idleMs = call.nowMs - call.state.lastSeenMs;
      const limitMs = LIFETIME.expiresSeconds * LIFETIME.patience * 1000;
      if (idleMs <= limitMs) {
        clock.after(limitMs - idleMs + 1, look);
        return;
      }
      this.options.lines.end(call.id);
      receiver.inject(wire.ownEvent('SESSION_END', call.id), (now) => receiver.calls.isIdle(now));
    };
    look();
  }
}

const watched = new WeakSet<object>();

function rejected({ reject }: Rejected): HttpAnswer {
  return { status: 400, body: { error: reject } };
}

/** Nothing can be said in answer to it, so that its answer need not wait for what the app is doing. */
function isPassing(activities: readonly unknown[]): boolean {
  const { events } = readActivities(activities);
  return events.length > 0 && events.every(({ type }) => eventRule(type).acceptsNoAction);
}

/** The end of a call as an event, whichever way it was told. */
export function endOf(id: string, end: Disconnect): ActivitiesBody {
  return { conversation: id, activities: [{ type: 'event', name: 'conversationEnd', value: end }] };
}

/** The query of the bot's address: one address may serve several bots (spec 2.1). */
export function attributesOf(query: string): Record<string, string> {
  const entries = [...new URLSearchParams(query)].filter(([name]) => name !== '__proto__');
  return Object.fromEntries(entries.slice(0, 32).map(([name, value]) => [name, value.slice(0, 1_024)]));
}
