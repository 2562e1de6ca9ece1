import { type Clock, InputType, type Observe } from '@jovo-telephony/telephony';
import { type Server, TestServer } from '@jovotech/framework';
import type { AdmissionRules } from './admission';
import { AppTurns, noReply } from './app-turns';
import type { Call } from './call';
import { type CallKeeper, MEMORY_KEEPER, type NotedEvent, type Novelty } from './call-keeper';
import type { Reply } from './call-state';
import { CALL_LIMITS, type CallLimits, Calls } from './calls';
import type { ReplyDeadlines } from './deadlines';
import type { Guard } from './door/guard';
import { EventRates } from './event-rate';
import { Holding } from './holding';
import { ReplyWindow, thenKeep } from './reply-window';
import { answer, canPush, headersOf, isAdmitted, plainRequest, refuse } from './server/any-server';
import { CallServer } from './server/CallServer';
import { InjectedServer } from './server/InjectedServer';
import type { CallAtDoor, CallRefusal, NewCallGate, TurnRunner } from './surroundings';
import type { Turn } from './turn';
import { UnaskedTurns } from './unasked-turns';
import type { EventRule, Wire, WireTypes } from './wire';

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
  callLimits?: Partial<CallLimits>;
  observe?: Observe;
  newCall?: NewCallGate;
  runTurn?: TurnRunner;
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
  private readonly turns: AppTurns<T>;
  private readonly unasked: UnaskedTurns<T>;
  private readonly rates: EventRates;
  /** The app's own way of handling an event. Set once, when the app starts. */
  private handle: Handle = () => Promise.reject(new Error('The app is not initialized'));
  private readonly attached = new WeakSet<object>();
  /** Which of the platform's own input types the app has a handler for. */
  private isDeclared: (type: string) => boolean = () => false;

  constructor(readonly options: ReceiverOptions<T>) {
    const { clock, epochMs, keeper, rules, observe } = options;
    this.wire = rules.wire;
    const limits = { ...CALL_LIMITS, ...options.callLimits };
    this.calls = new Calls({ wire: this.wire, clock, epochMs, observe }, limits);
    this.rates = new EventRates(limits, clock);
    this.holding = new Holding(
      { keeper, clock, network: this.wire.network, warn: rules.warn },
      (call, hold) => this.unasked.takeUp(call, hold),
    );
    this.turns = new AppTurns(options, (server) => this.handle(server));
    this.unasked = new UnaskedTurns({
      wire: this.wire,
      clock,
      holding: this.holding,
      turns: this.turns,
      turnOf: (call, event) => this.turnOf(call, event),
      takeNote: (call, event) => this.takeNote(call, event),
      push: (call, reply) => this.push(call, reply),
      inject: (event) => this.inject(event),
      isDeclared: (type) => this.isDeclared(type),
    });
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
   * makes of its notes; one that is over begins anew. A refusal, if new calls are not taken.
   */
  async announce(
    { callId, headers }: CallAtDoor,
    note: (call: Call<T>) => void = () => {},
  ): Promise<Call<T> | CallRefusal> {
    const refusal = this.calls.find(callId) ? undefined : this.options.newCall?.({ callId, headers });
    if (refusal) return refusal;
    const call = this.calls.open(callId);
    await this.holding.visit(call, () => {
      if (call.ended) call.begin();
      note(call);
      call.state.lastSeenMs = call.nowMs;
    });
    return call;
  }

  /**
   * The call, if this process knows it or somebody has kept it. One that is over is not known any more. Asking for one
   * that nobody knows leaves no trace.
   */
  async known(callId: string): Promise<Call<T> | undefined> {
    const live = this.calls.find(callId);
    if (live) return live.ended ? undefined : live;
    if (this.calls.hasEnded(callId) || !(await this.holding.isKept(callId))) return undefined;
    const call = this.calls.open(callId);
    const isKept = await this.holding.visit(call, () => call.hold?.kept !== undefined && !call.ended);
    if (isKept) return call;
    this.calls.drop(call);
    return undefined;
  }

  /** A sign of life that is no event. */
  async seen(call: Call<T>): Promise<void> {
    await this.holding.visit(call, () => {
      call.state.lastSeenMs = call.nowMs;
    });
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

  /** What has left on a connection that is gone, and may not have arrived, leaves again with the next chance. */
  undelivered(call: Call<T>, actions: readonly T['action'][]): void {
    if (actions.length > 0) this.holding.during(call, () => call.notSent(actions));
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
    const within = events.filter((event) => this.mayCome(id, event));
    if (within.length === 0) return this.answer(server, [], id);
    const call = this.calls.open(id);
    if (canPush(server)) call.connect(server);
    const turns = within.map((event) => this.turnOf(call, event)).filter((turn) => !hasCome(turn));
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

  /** Whether a call has not brought too many events already. The end of one that lives is heard in any case. */
  private mayCome(id: string, event: T['event']): boolean {
    if (this.ruleOf(event).means === 'end' && this.calls.find(id)) return true;
    const verdict = this.rates.take(id);
    if (verdict === 'first_over') {
      this.options.rules.warn('events dropped: too many at once for one call');
    }
    return verdict === 'within';
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
    const actions = await this.holding.visit(call, () => (canPush(server) ? [] : call.answerTo(key)));
    return this.answer(server, actions, call.id);
  }

  /** Events of one call: held, noted, queued, answered. */
  private workOn(call: Call<T>, turns: readonly Turn<T>[], server: Server): Promise<void> {
    const [first] = turns;
    const last = turns.at(-1);
    if (!first || !last) return Promise.resolve();
    const interrupts = turns.some(({ event }) => this.ruleOf(event).interrupts === true);
    for (const turn of turns) turn.waiting = true;
    const begun: { ready?: Turn<T>[]; novelty: Novelty } = { novelty: 'new' };
    const begin = (novelty: Novelty): Promise<Reply<T>> => {
      for (const turn of turns) turn.waiting = false;
      begun.ready = this.arrive(turns, novelty, server);
      begun.novelty = novelty;
      return begun.ready.length > 0 ? this.turns.enqueue(begun.ready, server) : Promise.resolve(noReply<T>());
    };
    const work = this.holding.take(call, begin, this.noted(first), interrupts);
    const { ready, novelty } = begun;
    // Another process works on the call: what comes of the turns will be known later.
    if (!ready) return this.reply(call, turns, Promise.resolve(work), server);
    if (ready.length === 0) return this.answerNothing(call, last, novelty, server);
    return this.reply(call, ready, Promise.resolve(work), server);
  }

  /** Nothing of it is for the app: it was handled before, only repeats another event, or its call is over. */
  private async answerNothing(call: Call<T>, last: Turn<T>, novelty: Novelty, server: Server): Promise<void> {
    const again = novelty === 'handled' && !canPush(server);
    const answered = this.answer(server, again ? call.answerTo(last.key) : [], call.id);
    return thenKeep(answered, () => this.holding.settle(call));
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
        const { interrupts, means } = this.ruleOf(event);
        if (interrupts === 'sound') call.hearSound();
        if (interrupts === 'sound' || means === 'speech_ended') this.unasked.expectWords(call);
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

  private reflexes(call: Call<T>, event: T['event']): T['action'][] {
    const written = this.wire.reflex?.(event, call).map((raw) => this.wire.write(raw, call).action) ?? [];
    return written.filter((action) => action !== undefined);
  }

  /**
   * Tells the app something that no network said: a timer's event, or the end of a call that fell silent. `still` is
   * asked once nobody else works on the call: what has happened meanwhile may have made the event untrue.
   */
  async inject(event: T['event'], still: (call: Call<T>) => boolean = () => true): Promise<void> {
    const call = this.calls.find(this.wire.callId(event));
    if (!call) return;
    try {
      await this.holding.take(call, () => this.handleOwn(call, event, still));
    } catch {
      // Nobody waits for it: a fault of the app has been told to its error listeners.
      this.options.rules.warn(`${event.type} could not be handled`);
    }
  }

  private handleOwn(
    call: Call<T>,
    event: T['event'],
    still: (call: Call<T>) => boolean,
  ): Promise<void> | undefined {
    if (call.ended) this.calls.end(call);
    const seen = still(call) && !call.ended ? this.takeNote(call, event) : undefined;
    if (!seen) return this.holding.settle(call);
    const turn = this.turnOf(call, seen);
    const server = new InjectedServer(this.wire.network, seen, call.push);
    const work = this.turns.enqueue([turn], server);
    if (call.push) return this.reply(call, [turn], work, server);
    return work.then((reply) => this.unasked.keepForNext(turn, reply));
  }

  /** Learns how the calls on a connection stand, of which other processes may have handled events, too. */
  async refresh(connection: unknown): Promise<void> {
    const refreshed = this.calls.on(connection).map((call) =>
      this.holding.visit(call, () => {
        if (call.ended) this.calls.end(call);
      }),
    );
    await Promise.all(refreshed);
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
        if (event) this.unasked.beginAnew(this.turnOf(call, event));
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

  /** For a timer: ends calls that have fallen silent, and lets go of those that have ended in another process. */
  async sweep(): Promise<void> {
    await this.endIdleCalls();
    // Whoever has ended them has told the app, too.
    for (const call of await this.holding.endedElsewhere(this.calls.unattended)) this.calls.end(call);
  }

  private async endIdleCalls(): Promise<void> {
    const end = (id: string) => this.wire.ownEvent(InputType.SESSION_END, id);
    await Promise.all(this.calls.idle().map((id) => this.inject(end(id), (call) => this.calls.isIdle(call))));
  }
}

function hasCome<T extends WireTypes>({ call, key }: Turn<T>): boolean {
  return key !== undefined && call.recentKeys.hasCome(key);
}
