import { type Clock, InputType, type Observe, type ObservedTurn } from '@jovo-telephony/telephony';
import { MatchingRouteNotFoundError, type Server, TestServer } from '@jovotech/framework';
import { type AdmissionRules, apology, refusal } from './admission';
import type { Call } from './call';
import { type CallHold, type CallKeeper, MEMORY_KEEPER, type NotedEvent, type Novelty } from './call-keeper';
import type { Reply } from './call-state';
import { CALL_LIMITS, type CallLimits, Calls } from './calls';
import type { ReplyDeadlines } from './deadlines';
import type { Guard } from './door/guard';
import { Holding } from './holding';
import { CallResponse } from './jovo/CallResponse';
import { ReplyWindow } from './reply-window';
import {
  answer,
  canPush,
  hasHeaders,
  headersOf,
  isAdmitted,
  plainRequest,
  refuse,
} from './server/any-server';
import { CallServer } from './server/CallServer';
import { InjectedServer } from './server/InjectedServer';
import type { CallRefusal, NewCallGate, TurnRunner } from './surroundings';
import { TURN, type Turn, type TurnCarrier } from './turn';
import type { EventRule, Wire, WireTypes } from './wire';

/**
 * A sound without words for this long was noise. The words come when the caller has finished speaking, so this is also
 * the longest sentence that is not taken for noise.
 */
const WORDS_FOLLOW_WITHIN_MS = 6_000;

type Handle = (server: Server) => Promise<void>;

export interface ReceiverOptions<T extends WireTypes> {
  clock: Clock;
  /** Milliseconds since 1970. */
  epochMs(): number;
  rules: AdmissionRules<T>;
  deadlines: ReplyDeadlines;
  /** Asked for every event, so that it holds for servers behind no door of ours, too. */
  guard?: Guard;
  asyncOutput?: boolean;
  keeper: CallKeeper;
  observe?: Observe;
  newCall?: NewCallGate;
  runTurn?: TurnRunner;
  callLimits?: Partial<CallLimits>;
}

/**
 * The way of every event into the app, whichever server brought it: token, reading, order per call, and the answer.
 * One per platform; it outlives the copies that Jovo makes of the app for each event.
 */
export class Receiver<T extends WireTypes> {
  /** Keeps lodash's deep clone from copying it. */
  readonly [Symbol.toStringTag] = 'ByReference';
  readonly calls: Calls<T>;
  private readonly wire: Wire<T>;
  private readonly holding: Holding<T>;
  /** The app's own way of handling an event. Set once, when the app starts. */
  private handle: Handle = () => Promise.reject(new Error('The app is not initialized'));
  private readonly attached = new WeakSet<object>();
  /** Which of the platform's own input types the app has a handler for. */
  private isDeclared: (type: string) => boolean = () => false;

  constructor(readonly options: ReceiverOptions<T>) {
    const { clock, epochMs, keeper, rules } = options;
    this.wire = rules.wire;
    const limits = { ...CALL_LIMITS, ...options.callLimits };
    this.calls = new Calls({ wire: this.wire, clock, epochMs, observe: options.observe }, limits);
    this.holding = new Holding(
      { keeper, clock, network: this.wire.network, warn: rules.warn },
      (call, hold) => this.takeUp(call, hold),
    );
  }

  /** Puts this receiver between the servers and the app. */
  attach(
    app: { handle: Handle },
    isOurs: (request: unknown) => boolean,
    isDeclared: (type: string) => boolean,
  ): void {
    if (this.attached.has(app)) return;
    this.attached.add(app);
    const handle = app.handle.bind(app);
    this.handle = handle;
    this.isDeclared = isDeclared;
    app.handle = async (server) => {
      const ours =
        server instanceof CallServer
          ? server.network === this.wire.network
          : isOurs(server.getRequestObject());
      return ours ? this.receive(server) : handle(server);
    };
  }

  /** Whether outputs of this server's events leave one by one. Forcing it on a server that cannot push has no effect. */
  isAsync(server: Server): boolean {
    return canPush(server) && this.options.asyncOutput !== false;
  }

  /**
   * Opens a call before its first event, where the network announces it. One that lives goes on, with whatever `note`
   * makes of its notes; one that is over begins anew.
   */
  async announce(callId: string, note: (call: Call<T>) => void = () => {}): Promise<Call<T>> {
    const call = this.calls.open(callId);
    await this.holding.take(call);
    if (call.ended) call.begin();
    note(call);
    await this.seen(call);
    return call;
  }

  /** The call, if this process knows it or somebody has kept it. One that is over is not known any more. */
  async known(callId: string): Promise<Call<T> | undefined> {
    const live = this.calls.find(callId);
    if (live) return live.ended ? undefined : live;
    if (this.calls.hasEnded(callId)) return undefined;
    const call = this.calls.open(callId);
    await this.holding.take(call);
    const isKept = call.hold?.kept !== undefined && !call.ended;
    await this.holding.settle(call);
    if (isKept) return call;
    this.calls.drop(call);
    return undefined;
  }

  /** A sign of life that is no event. */
  async seen(call: Call<T>): Promise<void> {
    await this.holding.take(call);
    call.state.lastSeenMs = call.nowMs;
    await this.holding.settle(call);
  }

  /** The call can be pushed to from now on: whatever could not leave before leaves. */
  connected(
    call: Call<T>,
    server: { push(actions: readonly T['action'][]): unknown; connection?: unknown },
  ): void {
    call.connect(server);
    this.holding.during(call, () => {
      call.pushNow(call.takeLate());
      this.pushDeferred(call);
    });
  }

  /** Sends now, on the call's connection, and starts the wait of what must be heard first. */
  push(call: Call<T>, { actions, afterSpeech }: Reply<T>): void {
    call.pushNow(actions);
    call.defer(afterSpeech);
    this.pushDeferred(call);
  }

  /** Sends deferred actions when their time has come; until then a timer is the net under a missing signal. */
  private pushDeferred(call: Call<T>): void {
    const waitMs = call.deferredForMs;
    if (waitMs === undefined || !call.push || call.ended) return;
    if (waitMs > 0) {
      this.options.clock.after(waitMs, () => this.holding.during(call, () => this.pushDeferred(call)));
      return;
    }
    call.pushNow(call.takeDeferred());
  }

  private async receive(server: Server): Promise<void> {
    const { guard, rules } = this.options;
    if (guard && !isAdmitted(server)) {
      const verdict = guard(headersOf(server));
      if (!(typeof verdict === 'boolean' ? verdict : await verdict)) {
        rules.warn('event refused: its token is missing or wrong');
        return refuse(server, 401, 'Unauthorized');
      }
    }
    const reading = this.wire.read(plainRequest(server.getRequestObject()));
    if (reading.verdict !== 'handle') {
      rules.warn(`event dropped: ${reading.reason}`);
      if (reading.verdict === 'reject') return refuse(server, 400, reading.reason);
      return this.answer(server, []);
    }
    await Promise.all([this.handleEvents(reading.events, server), this.endIdleCalls()]);
  }

  private answer(server: Server, actions: readonly T['action'][], callId?: string): Promise<void> {
    return answer(server, this.wire.response(actions, callId));
  }

  private async handleEvents(events: readonly T['event'][], server: Server): Promise<void> {
    const [first] = events;
    if (!first) return this.answer(server, []);
    const id = this.wire.callId(first);
    const starts = events.some((event) => this.ruleOf(event).means === 'start');
    // A keeper remembers it for all processes; one of them may have seen the same call begin again.
    const ended = this.options.keeper === MEMORY_KEEPER && this.calls.hasEnded(id);
    if (ended && !starts) return this.answer(server, [], id);
    if (starts && !this.calls.find(id)) {
      const refusal = this.options.newCall?.({ callId: id, headers: headersOf(server) });
      if (refusal) return this.turnAway(server, refusal);
    }
    const call = this.calls.open(id);
    if (canPush(server)) call.connect(server);
    const turns = events.map((event) => this.turnOf(call, event)).filter((turn) => !hasCome(turn));
    if (turns.length === 0) return this.answerAgain(call, this.wire.key?.(events.at(-1) ?? first), server);
    const answered = this.workOn(call, turns, server);
    if (this.wire.key) call.answering = answered.catch(() => {});
    return answered;
  }

  /** A new call is not taken. A socket that carries nothing else is closed, so that the network tries elsewhere. */
  private turnAway(server: Server, refusal: CallRefusal): Promise<void> {
    const { status, error, retryAfterSeconds } = refusal;
    const carriesCalls = canPush(server) && this.calls.on(server.connection).length > 0;
    return refuse(server, status, error, { retryAfterSeconds, keepOpen: carriesCalls });
  }

  private ruleOf({ type }: T['event']): EventRule {
    return this.wire.rule(type);
  }

  private turnOf(call: Call<T>, event: T['event']): Turn<T> {
    const { signal } = call.queue;
    const arrivedAtMs = this.options.clock.nowMs();
    return { call, event, key: this.wire.key?.(event), signal, arrivedAtMs, number: call.nextNumber };
  }

  /** An event that has come before is not handled again. Its answer is repeated if nothing has happened since. */
  private async answerAgain(call: Call<T>, key: string | undefined, server: Server): Promise<void> {
    await call.answering;
    // Something may have happened since in another process.
    await this.holding.take(call);
    const actions = canPush(server) ? [] : call.answerTo(key);
    await this.holding.settle(call);
    return this.answer(server, actions, call.id);
  }

  /** Events of one call: held, noted, queued, answered. */
  private workOn(call: Call<T>, turns: readonly Turn<T>[], server: Server): Promise<void> {
    const [first] = turns;
    const last = turns.at(-1);
    if (!first || !last) return Promise.resolve();
    const interrupts = turns.some(({ event }) => this.ruleOf(event).interrupts === true);
    const taken = this.holding.take(call, this.noted(first), interrupts);
    if (!(taken instanceof Promise)) {
      const ready = this.arrive(turns, taken, server);
      if (ready.length === 0) return this.answerNothing(call, last, taken, server);
      return this.reply(call, ready, this.enqueue(ready, server), server);
    }
    for (const turn of turns) turn.waiting = true;
    const work = taken.then((novelty) => {
      for (const turn of turns) turn.waiting = false;
      const ready = this.arrive(turns, novelty, server);
      return ready.length > 0 ? this.enqueue(ready, server) : nothing<T>();
    });
    return this.reply(call, turns, work, server);
  }

  /** Nothing of it is for the app: it was handled before, only repeats another event, or its call is over. */
  private async answerNothing(call: Call<T>, last: Turn<T>, novelty: Novelty, server: Server): Promise<void> {
    await this.holding.settle(call);
    const again = novelty === 'handled' && !canPush(server);
    return this.answer(server, again ? call.answerTo(last.key) : [], call.id);
  }

  /** Takes note of events as they come: an interruption takes effect here, before anything is queued. */
  private arrive(turns: readonly Turn<T>[], firstIs: Novelty, server: Server): Turn<T>[] {
    const ready: Turn<T>[] = [];
    for (const [index, turn] of turns.entries()) {
      const { call } = turn;
      const novelty = index === 0 ? firstIs : this.holding.note(call, this.noted(turn));
      turn.repeated = novelty === 'handled';
      if (turn.repeated || !this.isAlive(call, turn)) continue;
      const event = this.takeNote(call, turn.event);
      if (!event) continue;
      turn.event = event;
      if (canPush(server)) {
        call.connect(server);
        if (this.ruleOf(event).interrupts === 'sound') {
          call.hearSound();
          this.expectWords(call);
        }
        // What could not leave on a connection that has gone.
        call.pushNow(call.takeLate());
      }
      turn.signal = call.queue.signal;
      ready.push(turn);
    }
    return ready;
  }

  /** Whether the call goes on, or begins with this event. */
  private isAlive(call: Call<T>, { event }: Turn<T>): boolean {
    if (!call.ended) return true;
    if (this.calls.find(call.id) !== call) return false;
    // Another process has seen its end.
    if (this.ruleOf(event).means !== 'start' && !this.calls.isForgotten(call)) {
      this.calls.end(call);
      return false;
    }
    call.begin();
    return true;
  }

  /** Protocol state, interruption and end take effect before the event waits its turn. */
  private takeNote(call: Call<T>, raw: T['event']): T['event'] | undefined {
    const event = call.arrive(raw);
    if (!event) return undefined;
    const { interrupts, inputType, otherwise } = this.ruleOf(event);
    if (interrupts === true) call.queue.interrupt(event.type);
    if (call.ended) this.calls.end(call);
    call.keepLate(this.reflexes(call, event));
    return otherwise === undefined || this.isDeclared(inputType) ? event : { ...event, type: otherwise };
  }

  private noted({ event, key }: Turn<T>): NotedEvent {
    return { type: this.wire.inputType(event), event, key, atEpochMs: this.options.epochMs() };
  }

  private async enqueue(turns: readonly Turn<T>[], server: Server): Promise<Reply<T>> {
    const [first] = turns;
    for (const turn of turns) turn.call.turnBegins(turn);
    const replies = await first?.call.queue.run(async () => {
      const said: Reply<T>[] = [];
      for (const turn of turns) said.push(await this.run(turn, server));
      return said;
    });
    return joined(replies ?? []);
  }

  private async reply(
    call: Call<T>,
    turns: readonly Turn<T>[],
    work: Promise<Reply<T>>,
    server: Server,
  ): Promise<void> {
    if (this.isAsync(server)) {
      this.push(call, await work);
      return this.holding.settle(call);
    }
    // A socket can be answered at any time, and a TestSuite waits.
    const hasTime = canPush(server) || server instanceof TestServer;
    const window = new ReplyWindow({
      turns,
      deadlines: hasTime ? undefined : this.options.deadlines,
      clock: this.options.clock,
      rules: this.options.rules,
      settle: () => this.holding.settle(call),
      answer: (actions) => this.answer(server, actions, call.id),
    });
    await window.answerWhenReady(work);
    if (call.push && call.deferredForMs !== undefined) {
      this.holding.during(call, () => this.pushDeferred(call));
    }
  }

  /** One event through the app. The answer is caught instead of sent; a failure becomes a spoken sentence. */
  private async run(turn: Turn<T>, server: Server): Promise<Reply<T>> {
    const { call } = turn;
    let reply: Reply<T> = nothing();
    let failed = false;
    const through: Server & TurnCarrier<T> = Object.create(server, {
      [TURN]: { value: turn, enumerable: false },
      getRequestObject: { value: () => turn.event },
      setResponse: {
        value: async (given: unknown) => {
          if (given instanceof CallResponse) reply = given;
        },
      },
      fail: {
        value: (error: unknown) => {
          failed = this.isFailure(error, turn);
        },
      },
    });
    if (!hasHeaders(server)) Object.defineProperty(through, 'getNativeRequestHeaders', { value: () => ({}) });
    turn.signal = call.startingSignal(turn.signal);
    call.running = turn;
    const { observe, clock, runTurn } = this.options;
    const observed = this.observedTurn(turn);
    observe?.({ type: 'turn_began', ...observed, waitedMs: clock.nowMs() - turn.arrivedAtMs });
    try {
      await (runTurn ? runTurn(observed, () => this.handle(through)) : this.handle(through));
    } catch (error) {
      failed = this.isFailure(error, turn);
    }
    if (failed && !turn.apologised) reply = this.apologyFor(turn);
    call.turnEnds(turn);
    const acted = turn.acted === true || reply.actions.length + reply.afterSpeech.length > 0;
    const interrupted = call.maySpeak(turn.signal) === 'never';
    const result = failed ? 'failed' : interrupted ? 'interrupted' : acted ? 'answered' : 'quiet';
    observe?.({ type: 'turn_ended', ...observed, result, durationMs: clock.nowMs() - turn.arrivedAtMs });
    return reply;
  }

  private observedTurn({ call, event, number }: Turn<T>): ObservedTurn {
    const inputType = this.wire.inputType(event);
    return { network: this.wire.network, callId: call.id, turn: number, inputType };
  }

  private reflexes(call: Call<T>, event: T['event']): T['action'][] {
    const written = this.wire.reflex?.(event, call).map((raw) => this.wire.write(raw, call).action) ?? [];
    return written.filter((action) => action !== undefined);
  }

  /** An app need not have a handler for keys or silence; words that it has none for are not to be passed over. */
  private isFailure(error: unknown, { event }: Turn<T>): boolean {
    return this.wire.words(event) !== undefined || !(error instanceof MatchingRouteNotFoundError);
  }

  private apologyFor(turn: Turn<T>): Reply<T> {
    const awaited = this.ruleOf(turn.event).awaitsAnswer && refusal(turn, this.wire) === undefined;
    const reply: Reply<T> = { actions: awaited ? apology(turn, this.options.rules) : [], afterSpeech: [] };
    if (turn.call.maySpeak(turn.signal) === 'now') return reply;
    turn.call.holdBack(reply);
    return nothing();
  }

  /** Words should follow a sound. If they do not, the app is told, so that a turn cut off by noise can go on. */
  private expectWords(call: Call<T>): void {
    const waitMs = WORDS_FOLLOW_WITHIN_MS - (call.soundForMs ?? 0);
    const { signal } = call.queue;
    const takeBack = this.options.clock.after(Math.max(0, waitMs), () => {
      if (signal.aborted) return;
      this.holding.during(call, () => this.giveUpWaitingForWords(call));
    });
    signal.addEventListener('abort', takeBack, { once: true });
  }

  private giveUpWaitingForWords(call: Call<T>): void {
    // They may have come to another process.
    if (call.soundForMs === undefined || call.soundForMs < WORDS_FOLLOW_WITHIN_MS) return;
    this.push(call, call.soundWasNoise());
    if (this.isDeclared(InputType.USER_SPEECH_ABANDONED)) {
      this.inject(this.wire.ownEvent(InputType.USER_SPEECH_ABANDONED, call.id));
    }
  }

  /** The call was in the hands of another process: goes on where that one stopped. */
  private takeUp(call: Call<T>, { kept, missed = [] }: CallHold): void {
    if (kept) call.restore(kept);
    if (call.ended) return;
    // What another process has begun and not ended, and what it has not even begun.
    const begun = call.takeUnfinished().map((event) => this.turnOf(call, event));
    const lost = missed
      .map(({ event }) => this.turnOf(call, event as T['event']))
      .filter((turn) => !hasCome(turn));
    if (kept && call.push && call.soundForMs !== undefined) this.expectWords(call);
    for (const turn of lost) {
      const event = this.takeNote(call, turn.event);
      if (event) begun.push({ ...turn, event, signal: call.queue.signal });
    }
    for (const turn of begun) this.beginAnew(turn);
    // Should this process die of them, too, the next one must know.
    if (begun.length > 0) this.holding.settle(call);
  }

  private beginAnew(turn: Turn<T>): void {
    const { call } = turn;
    call.turnBegins(turn, true);
    const server = new InjectedServer(this.wire.network, turn.event, call.push);
    call.queue
      .run(() => this.run(turn, server))
      .then(({ actions, afterSpeech }) => {
        if (call.maySpeak(turn.signal) === 'never') return;
        if (call.push) return this.push(call, { actions, afterSpeech });
        call.keepLate(actions);
        call.defer(afterSpeech);
      });
  }

  /**
   * Tells the app something that no network said: a timer's event, or the end of a call that fell silent. `still` is
   * asked once nobody else works on the call: what has happened meanwhile may have made the event untrue.
   */
  async inject(event: T['event'], still: (call: Call<T>) => boolean = () => true): Promise<void> {
    const call = this.calls.find(this.wire.callId(event));
    if (!call) return;
    const taken = this.holding.take(call);
    if (taken instanceof Promise) await taken;
    if (call.ended) this.calls.end(call);
    const seen = still(call) && !call.ended ? this.takeNote(call, event) : undefined;
    if (!seen) return this.holding.settle(call);
    const turn = this.turnOf(call, seen);
    const server = new InjectedServer(this.wire.network, seen, call.push);
    try {
      await this.reply(call, [turn], this.enqueue([turn], server), server);
    } catch {
      // Nobody waits for it: a fault of the app has been told to its error listeners.
      this.options.rules.warn(`${seen.type} could not be handled`);
    }
  }

  /**
   * This process is about to stop: every call that is left is told to come to its end, if the app knows how. What is
   * said over HTTP rides on the next event.
   */
  stopCalls(): void {
    if (!this.isDeclared(InputType.SERVER_STOPPING)) return;
    for (const call of this.calls.all) {
      this.holding.during(call, () => {
        const event = call.ended || call.closed ? undefined : this.stopEvent(call);
        if (event) this.beginAnew(this.turnOf(call, event));
      });
    }
  }

  private stopEvent(call: Call<T>): T['event'] | undefined {
    return this.takeNote(call, this.wire.ownEvent(InputType.SERVER_STOPPING, call.id));
  }

  /** Every call that is left counts as over, so that the app does what it does after a call. */
  async endCalls(): Promise<void> {
    const end = ({ id }: Call<T>) => this.inject(this.wire.ownEvent(InputType.SESSION_END, id));
    await Promise.all(this.calls.all.map(end));
  }

  /** Learns how the calls on a connection stand, of which other processes may have handled events, too. */
  async refresh(connection: unknown): Promise<void> {
    const refreshed = this.calls.on(connection).map(async (call) => {
      await this.holding.take(call);
      if (call.ended) this.calls.end(call);
      return this.holding.settle(call);
    });
    await Promise.all(refreshed);
  }

  /** A connection has closed. Calls that no other connection takes up within the grace period are over. */
  connectionLost(connection: unknown, graceMs: number): void {
    const lost = this.calls.on(connection).map((call) => ({ call, atMs: call.nowMs }));
    if (lost.length === 0) return;
    this.options.clock.after(graceMs, () => {
      for (const { call, atMs } of lost) {
        if (call.connection !== connection || this.calls.find(call.id) !== call) continue;
        const end = this.wire.ownEvent(InputType.SESSION_END, call.id);
        this.inject(end, ({ state }) => (state.connectedAtMs ?? 0) <= atMs);
      }
    });
  }

  private async endIdleCalls(): Promise<void> {
    const end = (id: string) => this.wire.ownEvent(InputType.SESSION_END, id);
    await Promise.all(this.calls.idle().map((id) => this.inject(end(id), (call) => this.calls.isIdle(call))));
  }
}

function hasCome<T extends WireTypes>({ call, key }: Turn<T>): boolean {
  return key !== undefined && call.hasCome(key);
}

function nothing<T extends WireTypes>(): Reply<T> {
  return { actions: [], afterSpeech: [] };
}

function joined<T extends WireTypes>(replies: readonly Reply<T>[]): Reply<T> {
  return {
    actions: replies.flatMap(({ actions }) => actions),
    afterSpeech: replies.flatMap(({ afterSpeech }) => afterSpeech),
  };
}
