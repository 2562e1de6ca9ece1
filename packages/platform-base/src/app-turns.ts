import type { Clock, Observe, ObservedTurn } from '@jovo-telephony/telephony';
import { MatchingRouteNotFoundError, type Server } from '@jovotech/framework';
import { type AdmissionRules, apology, refusal } from './admission';
import type { Reply } from './call-state';
import { CallResponse } from './jovo/CallResponse';
import { turnServer } from './server/turn-server';
import type { TurnRunner } from './surroundings';
import { letOthers, queued } from './take-turns';
import type { Turn } from './turn';
import type { WireTypes } from './wire';

export interface AppTurnsOptions<T extends WireTypes> {
  rules: AdmissionRules<T>;
  clock: Clock;
  observe?: Observe;
  runTurn?: TurnRunner;
}

/** Turns through the app: in the order of their call, their answers caught instead of sent. */
export class AppTurns<T extends WireTypes> {
  constructor(
    private readonly options: AppTurnsOptions<T>,
    /** The app's own way of handling an event. */
    private readonly handle: (server: Server) => Promise<void>,
  ) {}

  /** Events of one call, one after the other, when it is their turn. */
  async enqueue(turns: readonly Turn<T>[], server: Server): Promise<Reply<T>> {
    const [first] = turns;
    for (const turn of turns) turn.call.turnBegins(turn);
    if (!first) return noReply();
    const replies = await queued(first.call.queue, async () => {
      const said: Reply<T>[] = [];
      for (const turn of turns) {
        if (turn !== first) await letOthers();
        said.push(await this.run(turn, server));
      }
      return said;
    });
    return joined(replies);
  }

  /** One event through the app. The answer is caught instead of sent; a failure becomes a spoken sentence. */
  async run(turn: Turn<T>, server: Server): Promise<Reply<T>> {
    const { call } = turn;
    let reply: Reply<T> = noReply();
    let failed = false;
    const through = turnServer(server, turn, {
      respond: (given) => {
        if (given instanceof CallResponse) reply = given;
      },
      fail: (error) => {
        failed = this.isFailure(error, turn);
      },
    });
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
    const { wire } = this.options.rules;
    return { network: wire.network, callId: call.id, turn: number, inputType: wire.inputType(event) };
  }

  /** An app need not have a handler for keys or silence; words that it has none for are not to be passed over. */
  private isFailure(error: unknown, { event }: Turn<T>): boolean {
    return (
      this.options.rules.wire.words(event) !== undefined || !(error instanceof MatchingRouteNotFoundError)
    );
  }

  private apologyFor(turn: Turn<T>): Reply<T> {
    const { rules } = this.options;
    const awaited = rules.wire.rule(turn.event.type).awaitsAnswer && refusal(turn, rules.wire) === undefined;
    const reply: Reply<T> = { actions: awaited ? apology(turn, rules) : [], afterSpeech: [] };
    if (turn.call.maySpeak(turn.signal) === 'now') return reply;
    turn.call.holdBack(reply);
    return noReply();
  }
}

export function noReply<T extends WireTypes>(): Reply<T> {
  return { actions: [], afterSpeech: [] };
}

function joined<T extends WireTypes>(replies: readonly Reply<T>[]): Reply<T> {
  return {
    actions: replies.flatMap(({ actions }) => actions),
    afterSpeech: replies.flatMap(({ afterSpeech }) => afterSpeech),
  };
}
