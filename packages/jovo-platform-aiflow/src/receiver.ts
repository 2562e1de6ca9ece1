import type { Clock } from '@jovo-telephony/telephony';
import { MatchingRouteNotFoundError, type Server, TestServer } from '@jovotech/framework';
import { type AdmissionRules, apology, refusal } from './admission';
import type { AiflowCall, Reply } from './aiflow-call';
import { AiflowCalls } from './aiflow-calls';
import type { ReplyDeadlines } from './config';
import { eventRule, ownEvent, readEvents } from './events';
import { InputType } from './input';
import { ReplyWindow } from './reply-window';
import { SipgateAiflowResponse } from './SipgateAiflowResponse';
import { AiflowServer } from './server/AiflowServer';
import { answer, canPush, hasHeaders, headerOf, plainRequest, refuse } from './server/any-server';
import { InjectedServer } from './server/InjectedServer';
import { sameSecret } from './server/token';
import { TURN, type Turn, type TurnCarrier } from './turn';
import type { AiflowEvent } from './wire';

/**
 * A sound without words for this long was noise. The words come when the caller has finished speaking, so this is also
 * the longest sentence that is not taken for noise.
 */
const WORDS_FOLLOW_WITHIN_MS = 6_000;

type Handle = (server: Server) => Promise<void>;

export interface ReceiverOptions {
  clock: Clock;
  rules: AdmissionRules;
  deadlines: ReplyDeadlines;
  apiKey?: string;
  apiKeyHeader: string;
  asyncOutput?: boolean;
}

/**
 * The way of every event into the app, whichever server brought it: token, reading, order per call, and the answer.
 * One per platform; it outlives the copies that Jovo makes of the app for each event.
 */
export class AiflowReceiver {
  /** Keeps lodash's deep clone from copying it. */
  readonly [Symbol.toStringTag] = 'ByReference';
  readonly calls: AiflowCalls;
  /** The app's own way of handling an event. Set once, when the app starts. */
  private handle: Handle = () => Promise.reject(new Error('The app is not initialized'));
  private readonly attached = new WeakSet<object>();
  /** Which of the platform's own input types the app has a handler for. */
  private isDeclared: (type: InputType) => boolean = () => false;

  constructor(readonly options: ReceiverOptions) {
    this.calls = new AiflowCalls(options.clock);
  }

  /** Puts this receiver between the servers and the app. */
  attach(
    app: { handle: Handle },
    isOurs: (request: unknown) => boolean,
    isDeclared: (type: InputType) => boolean,
  ): void {
    if (this.attached.has(app)) return;
    this.attached.add(app);
    const handle = app.handle.bind(app);
    this.handle = handle;
    this.isDeclared = isDeclared;
    app.handle = async (server) => {
      const ours = server instanceof AiflowServer || isOurs(server.getRequestObject());
      return ours ? this.receive(server) : handle(server);
    };
  }

  /** Whether outputs of this server's events leave one by one. Forcing it on a server that cannot push has no effect. */
  isAsync(server: Server): boolean {
    return canPush(server) && this.options.asyncOutput !== false;
  }

  /** Sends now, on the call's connection, and starts the wait of what must be heard first. */
  push(call: AiflowCall, { actions, afterSpeech }: Reply): void {
    call.pushNow(actions);
    call.defer(afterSpeech);
    this.pushDeferred(call);
  }

  /** Sends deferred actions when their time has come; until then a timer is the net under a missing signal. */
  private pushDeferred(call: AiflowCall): void {
    const waitMs = call.deferredForMs;
    if (waitMs === undefined || !call.push || call.ended) return;
    if (waitMs > 0) {
      this.options.clock.after(waitMs, () => this.pushDeferred(call));
      return;
    }
    call.pushNow(call.takeDeferred());
  }

  private async receive(server: Server): Promise<void> {
    const { apiKey, apiKeyHeader, rules } = this.options;
    if (apiKey && !sameSecret(headerOf(server, apiKeyHeader), apiKey)) {
      rules.warn(`event refused: ${apiKeyHeader} is missing or wrong`);
      return refuse(server, 401, 'Unauthorized');
    }
    const reading = readEvents(plainRequest(server.getRequestObject()));
    if (reading.verdict !== 'handle') {
      rules.warn(`event dropped: ${reading.reason}`);
      return reading.verdict === 'reject' ? refuse(server, 400, reading.reason) : answer(server, []);
    }
    const turns = this.arrive(reading.events, server);
    const answered = turns.length === 0 ? answer(server, []) : this.work(turns, server);
    await Promise.all([answered, this.endIdleCalls()]);
  }

  /** Takes note of events as they arrive: an interruption takes effect here, before anything is queued. */
  private arrive(events: readonly AiflowEvent[], server: Server): Turn[] {
    const turns: Turn[] = [];
    for (const raw of events) {
      const { id } = raw.session;
      if (this.calls.hasEnded(id) && raw.type !== 'session_start') continue;
      const call = this.calls.open(id);
      if (canPush(server)) call.connect(server);
      const event = this.takeNote(call, raw);
      if (!event) continue;
      const { interrupts } = eventRule(event.type);
      if (interrupts === 'socket' && canPush(server)) {
        call.hearSound();
        this.expectWords(call);
      }
      // What could not leave on a connection that has gone.
      if (canPush(server)) call.pushNow(call.takeLate());
      turns.push({ call, event, signal: call.queue.signal });
    }
    return turns;
  }

  /** Protocol state, interruption and end take effect before the event waits its turn. */
  private takeNote(call: AiflowCall, raw: AiflowEvent): AiflowEvent | undefined {
    const event = call.arrive(raw);
    if (!event) return undefined;
    if (eventRule(event.type).interrupts === true) call.queue.interrupt(event.type);
    if (call.ended) this.calls.end(call);
    if (event.type !== 'transfer_failed' || this.isDeclared(InputType.TRANSFER_FAILED)) return event;
    // An app that does not know this input handles a failed transfer where it handles the start of a call.
    return { ...event, type: 'session_start' };
  }

  private work(turns: readonly Turn[], server: Server): Promise<void> {
    const [first] = turns;
    if (!first) return Promise.resolve();
    const { call } = first;
    const work = call.queue.run(async () => {
      const responses: SipgateAiflowResponse[] = [];
      for (const turn of turns) responses.push(await this.run(turn, server));
      return joined(responses);
    });
    if (this.isAsync(server)) return work.then((response) => this.push(call, response));
    // A socket can be answered at any time, and a TestSuite waits.
    const hasTime = canPush(server) || server instanceof TestServer;
    const window = new ReplyWindow({
      turns,
      deadlines: hasTime ? undefined : this.options.deadlines,
      clock: this.options.clock,
      rules: this.options.rules,
      answer: (actions) => answer(server, actions),
    });
    return window.answerWhenReady(work).then(() => this.pushDeferred(call));
  }

  /** One event through the app. The answer is caught instead of sent; a failure becomes a spoken sentence. */
  private async run(turn: Turn, server: Server): Promise<SipgateAiflowResponse> {
    let response = new SipgateAiflowResponse();
    let failed = false;
    const through: Server & TurnCarrier = Object.create(server, {
      [TURN]: { value: turn, enumerable: false },
      getRequestObject: { value: () => turn.event },
      setResponse: {
        value: async (given: unknown) => {
          if (given instanceof SipgateAiflowResponse) response = given;
        },
      },
      fail: {
        value: (error: unknown) => {
          failed = isFailure(error, turn);
        },
      },
    });
    if (!hasHeaders(server)) Object.defineProperty(through, 'getNativeRequestHeaders', { value: () => ({}) });
    turn.signal = turn.call.startingSignal(turn.signal);
    turn.call.running = turn;
    try {
      await this.handle(through);
    } catch (error) {
      failed = isFailure(error, turn);
    }
    // A turn that was left behind may end while another one runs.
    if (turn.call.running === turn) turn.call.running = undefined;
    return failed && !turn.apologised ? this.apologyFor(turn) : response;
  }

  private apologyFor(turn: Turn): SipgateAiflowResponse {
    const awaited = eventRule(turn.event.type).awaitsAnswer && refusal(turn) === undefined;
    const response = SipgateAiflowResponse.of(awaited ? apology(turn, this.options.rules) : []);
    if (turn.call.maySpeak(turn.signal) === 'now') return response;
    turn.call.hold(response);
    return new SipgateAiflowResponse();
  }

  /** Words should follow a sound. If they do not, the app is told, so that a turn cut off by noise can go on. */
  private expectWords(call: AiflowCall): void {
    const { signal } = call.queue;
    const takeBack = this.options.clock.after(WORDS_FOLLOW_WITHIN_MS, () => {
      if (signal.aborted) return;
      this.push(call, call.soundWasNoise());
      if (this.isDeclared(InputType.USER_SPEECH_ABANDONED)) {
        this.inject(ownEvent('user_speech_abandoned', call.session.id));
      }
    });
    signal.addEventListener('abort', takeBack, { once: true });
  }

  /** Tells the app something that no network said: a timer's event, or the end of a call that fell silent. */
  async inject(event: AiflowEvent): Promise<void> {
    const call = this.calls.find(event.session.id);
    const seen = call && this.takeNote(call, event);
    if (!call || !seen) return;
    const turn: Turn = { call, event: seen, signal: call.queue.signal };
    try {
      await this.work([turn], new InjectedServer(seen, call.push));
    } catch {
      // Nobody waits for it: a fault of the app has been told to its error listeners.
      this.options.rules.warn(`${seen.type} could not be handled`);
    }
  }

  /** A connection has closed. Calls that no other connection takes up within the grace period are over (spec 4.1). */
  connectionLost(connection: object, graceMs: number): void {
    const lost = this.calls.on(connection);
    if (lost.length === 0) return;
    this.options.clock.after(graceMs, () => {
      for (const call of lost) {
        const { id } = call.session;
        if (call.connection === connection && this.calls.find(id) === call) {
          this.inject(ownEvent('session_end', id));
        }
      }
    });
  }

  private async endIdleCalls(): Promise<void> {
    await Promise.all(this.calls.idle().map((id) => this.inject(ownEvent('session_end', id))));
  }
}

/** An app need not have a handler for keys or silence; words that it has none for are not to be passed over. */
function isFailure(error: unknown, { event }: Turn): boolean {
  return event.text !== undefined || !(error instanceof MatchingRouteNotFoundError);
}

function joined(responses: readonly SipgateAiflowResponse[]): SipgateAiflowResponse {
  const all = new SipgateAiflowResponse();
  all.actions = responses.flatMap((response) => response.actions);
  all.afterSpeech = responses.flatMap((response) => response.afterSpeech);
  return all;
}
