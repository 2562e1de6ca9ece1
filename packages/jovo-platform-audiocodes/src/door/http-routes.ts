import {
  type Call,
  type CallRefusal,
  errorAnswer,
  type Headers,
  type HttpAnswer,
  type HttpAnswerer,
  type HttpRequest,
  type JsonLimits,
  notAllowed,
  readJson,
  throughApp,
  UNAUTHORIZED,
} from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import type { AudiocodesPlatform } from '../AudiocodesPlatform';
import { AudiocodesResponse } from '../AudiocodesResponse';
import { LIFETIME } from '../conversation/lifetime';
import {
  type Disconnect,
  type Rejected,
  readActivityList,
  readCreation,
  readDisconnect,
  sameConversation,
} from '../conversation/requests';
import { conversationUrls, isBotPath, type Route, routeOf } from '../conversation/urls';
import { eventRule } from '../events/event-rules';
import { readActivities } from '../events/read-activities';
import type { Audiocodes } from '../types';
import { type Activity, isRecord, LIMITS } from '../wire';
import type { Lines } from './lines';
import { type ActivitiesBody, AudiocodesHttpServer, AudiocodesPushServer, type PushLine } from './servers';

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

const NOT_FOUND: HttpAnswer = errorAnswer(404, 'This conversation is not known here');
const NOTHING: HttpAnswer = { status: 200, body: {} };

/** A recogniser's own result, word by word, is the largest thing that is sent. */
const JSON_STRUCTURE: JsonLimits = { maxDepth: 32, maxKeys: 20_000 };

/** HTTP mode (spec 1): who comes in is asked before anything is read, on every route. */
export class HttpRoutes {
  /** The last request with several activities, and its answer. */
  private readonly answers = new WeakMap<Call<Audiocodes>, { ids: string; answer: Promise<HttpAnswer> }>();

  constructor(private readonly options: HttpRoutesOptions) {}

  readonly answer: HttpAnswerer = async (request) => {
    const { platform, maxBodyBytes } = this.options;
    if (platform.guard && !(await platform.guard(request.headers))) return UNAUTHORIZED;
    const address = routeOf(request.path);
    const isBot = isBotPath(request.path);
    if (!address && !isBot) return errorAnswer(404, 'There is nothing at this address');
    if (isBot && request.method === 'GET') return HEALTHY;
    if (request.method !== 'POST') return isBot ? notAllowed('GET', 'POST') : notAllowed('POST');
    const body = await readJson(request, maxBodyBytes, JSON_STRUCTURE);
    if ('fault' in body) return body.fault;
    if (!address) return this.create(body.json, request);
    return this.route(address.route, address.id, body.json, request);
  };

  private async create(body: unknown, { query, headers }: HttpRequest): Promise<HttpAnswer> {
    const { platform, path, publicBaseUrl, asyncSocket } = this.options;
    const creation = readCreation(body);
    if ('reject' in creation) return rejected(creation);
    const attributes = { ...attributesOf(query), ...(creation.bot && { bot: creation.bot }) };
    const call = await platform.receiver.announce({ callId: creation.id, headers }, ({ notes }) => {
      // A call that has begun over its socket stays there.
      notes.mode ??= 'http';
      notes.attributes ??= attributes;
    });
    if ('status' in call) return refusal(call);
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
    if (route === 'activities') return this.activities(call, body, request);
    const other = sameConversation(body, id);
    if (other) return rejected(other);
    await receiver.seen(call);
    return { status: 200, body: { expiresSeconds: LIFETIME.expiresSeconds } };
  }

  private async activities(
    call: Call<Audiocodes>,
    body: unknown,
    { headers }: HttpRequest,
  ): Promise<HttpAnswer> {
    const { id } = call;
    const activities = readActivityList(body, id);
    if ('reject' in activities) return rejected(activities);
    const { app, lines } = this.options;
    const line = lines.of(id);
    if (line) {
      // What is to be said leaves on the socket, so that nobody has to wait for it here (spec 1.10).
      handleOnLine(app, { conversation: id, activities }, headers, line);
      return NOTHING;
    }
    const answer = this.repeatable(call, activities, () =>
      inOrder(activities, (activity) => {
        const body: ActivitiesBody = { conversation: id, activities: [activity] };
        return throughApp(app, (send) => new AudiocodesHttpServer(body, headers, send));
      }),
    );
    return isPassing(activities) ? NOTHING : answer;
  }

  /**
   * Each activity has its own answer, which is repeated with it. For those of several in one request, so that the
   * whole answer is repeated with the whole request.
   */
  private repeatable(
    call: Call<Audiocodes>,
    activities: readonly unknown[],
    answer: () => Promise<HttpAnswer>,
  ): Promise<HttpAnswer> {
    if (activities.length < 2) return answer();
    const ids = JSON.stringify(activities.map((activity) => (isRecord(activity) ? activity.id : undefined)));
    const last = this.answers.get(call);
    if (last?.ids === ids && !ids.includes('null')) return last.answer;
    const given = answer();
    this.answers.set(call, { ids, answer: given });
    return given;
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

function refusal({ status, error, retryAfterSeconds }: CallRefusal): HttpAnswer {
  const headers = retryAfterSeconds === undefined ? undefined : { 'Retry-After': String(retryAfterSeconds) };
  return errorAnswer(status, error, headers);
}

function rejected({ reject }: Rejected): HttpAnswer {
  return errorAnswer(400, reject);
}

/**
 * Activities of one request, one after the other: what one of them says must not be cut off by the next, which came
 * with it. Their answers are one (spec 1.6).
 */
async function inOrder(
  activities: readonly unknown[],
  answerTo: (activity: unknown) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const said: Activity[] = [];
  let failed: HttpAnswer | undefined;
  for (const activity of activities.slice(0, LIMITS.activitiesPerRequest)) {
    const answer = await answerTo(activity);
    if (answer.body instanceof AudiocodesResponse) said.push(...(answer.body.toJSON().activities ?? []));
    else if (answer.status !== 200) failed = answer;
  }
  if (said.length > 0) return { status: 200, body: { activities: said } };
  return failed ?? NOTHING;
}

/** The same where each answer leaves by itself. A failure has nobody to answer; the app's listeners have heard of it. */
export async function handleOnLine(
  app: App,
  { conversation, activities }: ActivitiesBody,
  headers: Headers,
  line: PushLine,
): Promise<void> {
  for (const activity of activities.slice(0, LIMITS.activitiesPerRequest)) {
    const body = { conversation, activities: [activity] };
    await app.handle(new AudiocodesPushServer(body, headers, line)).catch(() => {});
  }
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
