/** W1: one POST per activity, answers in the response; creation, keep-alive and end are requests, too (spec 1). */
import { randomUUID } from 'node:crypto';
import { isObject, show } from '../checks';
import { urlFor, withinMs } from '../connection';
import { connectionError, refusedError, SimulatorError } from '../errors';
import { type HttpAnswer, HttpClient, type HttpRequest, NoAnswerInTime } from '../http-exchange';
import { AsyncSocket } from './async-socket';
import type { BotWire, BotWireListener, Delivery } from './bot-wire';
import { type ConversationUrls, readConversationUrls, readExpiry } from './conversation-urls';
import type { Credentials } from './credentials';
import { judgeValidation } from './validate';
import type { Activity, EndReason, Wire } from './wire';

export interface HttpWireOptions {
  url: string;
  conversationId: string;
  credentials: Credentials;
  botName?: string;
  /** Whether the gateway can open the asynchronous WebSocket (W1a). */
  asynchronous: boolean;
  /** After this long without an answer the request is given up. Real time. */
  answerTimeoutMs: number;
  /** How often an activity that was not answered is sent again, with the same id (spec 1.12). */
  retries: number;
  /** Pause before a repeat after a failure; there is none after a timeout. Real time. */
  retryPauseMs: number;
  /** Every activity is sent twice, as a gateway does with a bot that was slow. */
  repeatEach: boolean;
  /** Share of `expiresSeconds` after which it is refreshed. */
  refreshAt: number;
  /** Whether the address is validated by GET first (spec 1.4). */
  validate: boolean;
}

/** Told on the way of one activity. */
interface Hooks {
  out: () => void;
  answered: () => void;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

export class HttpWire implements BotWire {
  readonly kind: Wire;
  readonly #options: HttpWireOptions;
  readonly #client = new HttpClient();
  #listener!: BotWireListener;
  #urls: ConversationUrls | undefined;
  #socket: AsyncSocket | undefined;
  #refreshTimer: NodeJS.Timeout | undefined;
  #pending = 0;
  #ended = false;
  readonly #unanswered = new Set<Promise<void>>();
  /** Starts are in order; answers may overlap (spec 1.12). */
  #before: Promise<void> = Promise.resolve();

  constructor(options: HttpWireOptions) {
    this.#options = options;
    this.kind = options.asynchronous ? 'http+ws' : 'http';
  }

  get pending(): number {
    return this.#pending;
  }

  async open(listener: BotWireListener): Promise<void> {
    this.#listener = listener;
    const { url, conversationId, botName, asynchronous, credentials } = this.#options;
    if (this.#options.validate) judgeValidation(await this.#first('GET', 'the validation'), listener);
    const creation = {
      conversation: conversationId,
      id: randomUUID(),
      timestamp: new Date().toISOString(),
      ...(botName ? { bot: botName } : {}),
      capabilities: asynchronous ? ['websocket'] : [],
    };
    const answer = await this.#first('POST', 'the creation', creation);
    if (answer.status !== 200) throw refusedError(url, answer.status);
    if (this.#options.repeatEach) await this.#createAgain(creation, answer);
    const reading = readConversationUrls(
      this.#json('create', 'the creation', answer),
      url,
      credentials.secret,
    );
    for (const { rule, sentence, spec } of reading.violations) listener.violation(rule, sentence, spec);
    if (!reading.urls) {
      const message = `${url} answered the creation without addresses for the conversation.`;
      throw new SimulatorError('SIM_NOT_AN_AGENT', message);
    }
    this.#urls = reading.urls;
    this.#refreshLater(reading.urls.expiresSeconds);
    if (!asynchronous) return;
    if (reading.urls.websocket) await this.#openSocket(reading.urls.websocket);
    else listener.warning('The bot offers no asynchronous WebSocket (websocketURL); plain HTTP is played.');
  }

  send(activity: Activity): Delivery {
    let out: () => void = () => undefined;
    const sent = new Promise<void>((resolve) => {
      out = resolve;
    });
    this.#pending++;
    // Answered before that is known to anybody: whoever waits for the bot looks when the answer is noted.
    let isPending = true;
    const answered = () => {
      if (isPending) this.#pending--;
      isPending = false;
    };
    const acknowledged = this.#before
      .then(() => this.#deliver(activity, { out, answered }))
      .finally(() => {
        answered();
        this.#unanswered.delete(acknowledged);
        out();
      });
    this.#before = Promise.race([sent, acknowledged]);
    this.#unanswered.add(acknowledged);
    return { out: sent, acknowledged };
  }

  async end({ reasonCode, reason, sipHeaders }: EndReason): Promise<void> {
    clearTimeout(this.#refreshTimer);
    if (!this.#urls || this.#ended) return this.close();
    this.#ended = true;
    const body = {
      conversation: this.#options.conversationId,
      reason,
      reasonCode,
      ...(sipHeaders ? { sipHeaders } : {}),
    };
    await this.#before;
    this.#socket?.knowsOfTheEnd();
    await this.#disconnect(this.#urls.disconnect, body);
    if (this.#options.repeatEach) await this.#disconnect(this.#urls.disconnect, body);
    await this.#socket?.endOfCall();
    await this.close();
  }

  async #disconnect(url: string, body: object): Promise<void> {
    const answer = await this.#post('disconnect', url, body).catch(() => undefined);
    if (!answer) {
      this.#listener.violation('http.disconnect', 'The disconnect was not answered.', '1.9');
    } else if (answer.status !== 200) {
      const sentence = `The answer to the disconnect has status ${answer.status}; it is 200 with {}.`;
      this.#listener.violation('http.disconnect', sentence, '1.9');
    } else this.#json('disconnect', 'the disconnect', answer);
  }

  async close(): Promise<void> {
    clearTimeout(this.#refreshTimer);
    this.#ended = true;
    await withinMs(Promise.all(this.#unanswered), this.#options.answerTimeoutMs);
    await this.#socket?.close();
    this.#client.close();
  }

  breakConnection(): void {
    void this.#socket?.reopen();
  }

  async #openSocket(url: string): Promise<void> {
    const headers = await this.#options.credentials.headers();
    this.#socket = new AsyncSocket(url, this.#options.conversationId, headers, this.#listener);
    await this.#socket.open();
  }

  /** A creation that is sent again makes no second conversation (spec 1.5). */
  async #createAgain(creation: object, before: HttpAnswer): Promise<void> {
    const again = await this.#first('POST', 'the repeated creation', creation);
    if (again.status === 200 && again.body === before.body) return;
    const sentence = `The same creation was answered ${again.status} with other addresses: ${show(again.body)}.`;
    this.#listener.violation('create.repeat', sentence, '1.5');
  }

  /** A request before the conversation exists: nobody there is an error of the user of the simulator. */
  async #first(method: 'GET' | 'POST', what: string, body?: object): Promise<HttpAnswer> {
    const { url, answerTimeoutMs: timeoutMs } = this.#options;
    const headers = await this.#options.credentials.headers();
    const wanted = { method, url: urlFor('http', url), headers: { ...headers, ...JSON_TYPE }, timeoutMs };
    try {
      return await this.#timed(what, { ...wanted, body: body && JSON.stringify(body) });
    } catch (cause) {
      throw connectionError(url, cause as NodeJS.ErrnoException);
    }
  }

  async #post(what: string, url: string, body: object, hooks: Partial<Hooks> = {}): Promise<HttpAnswer> {
    const headers = { ...(await this.#options.credentials.headers()), ...JSON_TYPE };
    const timeoutMs = this.#options.answerTimeoutMs;
    const { out, answered } = hooks;
    const request = { method: 'POST', url, headers, body: JSON.stringify(body), timeoutMs, out } as const;
    return this.#timed(what, request, answered);
  }

  async #timed(what: string, request: HttpRequest, answered?: () => void): Promise<HttpAnswer> {
    const startedAtMs = performance.now();
    const answer = await this.#client.exchange(request);
    if (answer.status < 500) answered?.();
    this.#listener.response(what, answer.status, performance.now() - startedAtMs);
    return answer;
  }

  async #deliver(activity: Activity, hooks: Hooks): Promise<void> {
    const { conversationId, retries, retryPauseMs, repeatEach } = this.#options;
    const urls = this.#urls as ConversationUrls;
    const body = { conversation: conversationId, activities: [activity] };
    const what = activity.name ?? activity.type;
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.#post(what, urls.activities, body, hooks);
        if (answer.status < 500) {
          const given = this.#readAnswer(what, answer);
          if (repeatEach && given !== undefined) await this.#repeat(what, urls.activities, body, given);
          return;
        }
        this.#listener.violation('http.status', `The answer to ${what} has status ${answer.status}.`, '1.11');
      } catch (cause) {
        if (this.#ended) return;
        this.#listener.violation('http.connection', noAnswer(what, cause as Error), '1.12');
        if (!(cause instanceof NoAnswerInTime)) await new Promise((done) => setTimeout(done, retryPauseMs));
      }
      if (attempt >= retries) return this.#listener.failed(`the bot did not answer ${what}`);
    }
  }

  /** Runs what the answer says; returns its activities, undefined when it was not understood. */
  #readAnswer(what: string, answer: HttpAnswer): unknown {
    // It was under way while the call ended: a bot that has heard of the end first knows it no more (spec 1.11).
    if (this.#ended && answer.status === 404) return undefined;
    if (answer.status !== 200) {
      this.#listener.violation(
        'http.status',
        `The answer to ${what} has status ${answer.status}; expected 200.`,
        '1.11',
      );
      this.#listener.failed(`the bot refused ${what} (${answer.status})`);
      return undefined;
    }
    const json = this.#json('http', what, answer);
    if (!isObject(json)) {
      if (json !== undefined) {
        this.#listener.violation(
          'http.body',
          `The answer to ${what} is ${show(json)}, not an object.`,
          '1.6',
        );
      }
      this.#listener.failed(`the answer to ${what} was not understood`);
      return undefined;
    }
    if (json.error !== undefined) {
      this.#listener.violation('http.error', `The answer to ${what} is 200 with an error in it.`, '1.11');
    }
    if (json.conversation !== undefined && json.conversation !== this.#options.conversationId) {
      const sentence = `The answer to ${what} is for conversation ${show(json.conversation)}.`;
      this.#listener.violation('http.conversation', sentence, '1.6');
    }
    const given = json.activities ?? [];
    if (json.activities !== undefined)
      this.#listener.activities(given, this.#ended ? 'in_flight' : 'in_call');
    return given;
  }

  /** The same activity once more: the same answer, or nothing; never a second turn (spec 1.12). */
  async #repeat(what: string, url: string, body: object, given: unknown): Promise<void> {
    const answer = await this.#post(what, url, body).catch(() => undefined);
    if (!answer || this.#ended) return;
    const json = this.#json('http', `the repeated ${what}`, answer);
    const again = isObject(json) ? (json.activities ?? []) : undefined;
    const same = JSON.stringify(again) === JSON.stringify(given);
    if (answer.status === 200 && (same || (Array.isArray(again) && again.length === 0))) return;
    const sentence = `${what} was sent again with the same id and answered anew: ${show(again)}.`;
    this.#listener.violation('http.repeat', sentence, '1.12');
  }

  /** The JSON of an answer; undefined, with a violation, when there is none. */
  #json(rule: string, what: string, { body, contentType }: HttpAnswer): unknown {
    if (!/^application\/json\b/i.test(contentType)) {
      const sentence = `The answer to ${what} is of type "${contentType}"; expected application/json.`;
      this.#listener.violation(`${rule}.content_type`, sentence, '1.2');
    }
    try {
      return JSON.parse(body) as unknown;
    } catch {
      const sentence = `The answer to ${what} is not JSON: ${show(body)}.`;
      this.#listener.violation(`${rule}.json`, sentence, '1.2');
      return undefined;
    }
  }

  #refreshLater(expiresSeconds: number): void {
    const delayMs = Math.min(expiresSeconds * 1000 * this.#options.refreshAt, 2 ** 31 - 1);
    this.#refreshTimer = setTimeout(() => void this.#refresh(expiresSeconds), delayMs);
    this.#refreshTimer.unref();
  }

  async #refresh(before: number): Promise<void> {
    const { refresh } = this.#urls as ConversationUrls;
    const body = { conversation: this.#options.conversationId };
    const answer = await this.#post('refresh', refresh, body).catch(() => undefined);
    if (this.#ended) return;
    if (answer?.status !== 200) {
      const sentence = `The refresh was answered ${answer?.status ?? 'not at all'}; expected 200.`;
      this.#listener.violation('http.refresh', sentence, '1.8');
      return this.#listener.failed('the conversation could not be refreshed');
    }
    const json = this.#json('refresh', 'the refresh', answer);
    const expires = isObject(json) ? json.expiresSeconds : undefined;
    if (expires !== undefined && readExpiry(expires) === undefined) {
      const sentence = `The refresh says expiresSeconds ${show(expires)}; expected a number above 0.`;
      this.#listener.violation('http.refresh', sentence, '1.8');
    }
    this.#refreshLater(readExpiry(expires) ?? before);
  }
}

function noAnswer(what: string, cause: Error): string {
  return cause instanceof NoAnswerInTime
    ? `No answer to ${what} in time.`
    : `No answer to ${what}: ${cause.message || cause.name}.`;
}
