import type { NetworkCapabilities, SpeechClock } from '@jovo-telephony/telephony';
import { type App, AsyncJovo, type HandleRequest, Jovo } from '@jovotech/framework';
import type { CallInfo } from '../call-info';
import type { Reply } from '../call-state';
import type { Receiver } from '../receiver';
import { TURN, type Turn, type TurnCarrier } from '../turn';
import type { Wire, WireTypes } from '../wire';
import type { CallConverter } from './CallConverter';
import type { CallRequest } from './CallRequest';
import type { CallResponse } from './CallResponse';
import { CallSession } from './CallSession';

declare module '@jovotech/framework/dist/types/Jovo' {
  interface Jovo {
    /** Aborted when the caller says something new or the call ends. Give it to everything that takes time. */
    get abortSignal(): AbortSignal | undefined;
    /** What the network of this call can do, over the transport that it uses. */
    get capabilities(): NetworkCapabilities | undefined;
    /** What is on its way to the caller's ear; says when the network reports its end, also in mid-turn. */
    get line(): Pick<SpeechClock, 'onEnded' | 'speaking'> | undefined;
    /** Stops what is being prepared for the caller, and drops what has not left yet. */
    cancelPendingOperations?(): void;
  }
}

/** What a turn needs of its platform. */
interface PlatformOfTurn<T extends WireTypes, RESPONSE extends CallResponse<T>> {
  readonly wire: Wire<T>;
  readonly receiver: Receiver<T>;
  readonly outputTemplateConverterStrategy: CallConverter<T, RESPONSE>;
  admit(response: RESPONSE, turn: Turn<T> | undefined): RESPONSE;
}

/** What both kinds of turn share. */
function joinCall<T extends WireTypes>({ $handleRequest, $session }: Jovo): Turn<T> | undefined {
  const { [TURN]: turn } = $handleRequest.server as TurnCarrier<T>;
  if (turn && $session instanceof CallSession) {
    const { state, memory } = turn.call;
    // A copy: what an app does to its session must not reach the platform's own knowledge of the call.
    $session.sessionInfo = { ...state.info } as CallInfo;
    $session.bargeInCount = state.bargeInCount;
    // A database that keeps sessions loads its own over this, later in the turn.
    if (memory) Object.assign($session, memory);
  }
  return turn;
}

/** One event whose outputs are collected and answered together (HTTP, Lambda). */
export abstract class CallJovo<
  T extends WireTypes,
  REQUEST extends CallRequest<T>,
  RESPONSE extends CallResponse<T>,
> extends Jovo<REQUEST, RESPONSE> {
  declare readonly $platform: PlatformOfTurn<T, RESPONSE> & Jovo['$platform'];
  readonly turn: Turn<T> | undefined;

  constructor(app: App, handleRequest: HandleRequest, platform: Jovo['$platform']) {
    super(app, handleRequest, platform);
    this.turn = joinCall<T>(this);
  }

  override get abortSignal(): AbortSignal | undefined {
    return this.turn?.signal;
  }

  override get capabilities(): NetworkCapabilities {
    return this.$platform.wire.capabilities(false);
  }

  override get line(): Pick<SpeechClock, 'onEnded' | 'speaking'> | undefined {
    return this.turn?.call.speech;
  }

  override cancelPendingOperations(): void {
    this.turn?.call.cancelPending(this.turn);
  }

  /** Takes out what was said so far, ready for the wire, so that it need not wait for the end of the handler. */
  takeOutput(): Reply<T> {
    const output = this.$output.splice(0);
    const { outputTemplateConverterStrategy: strategy } = this.$platform;
    try {
      return this.$platform.admit(strategy.toResponse(strategy.normalizeOutput(output)), this.turn);
    } catch {
      // This runs from a timer, where nobody could catch it. At the end of the turn it fails again, and is heard of.
      this.$output.unshift(...output);
      return { actions: [], afterSpeech: [] };
    }
  }
}

/** One event whose outputs leave one by one, as they are sent (WebSocket). */
export abstract class AsyncCallJovo<
  T extends WireTypes,
  REQUEST extends CallRequest<T>,
  RESPONSE extends CallResponse<T>,
> extends AsyncJovo<REQUEST, RESPONSE> {
  declare readonly $platform: PlatformOfTurn<T, RESPONSE> & Jovo['$platform'];
  readonly turn: Turn<T> | undefined;

  constructor(app: App, handleRequest: HandleRequest, platform: Jovo['$platform']) {
    super(app, handleRequest, platform);
    this.turn = joinCall<T>(this);
  }

  override get abortSignal(): AbortSignal | undefined {
    return this.turn?.signal;
  }

  override get capabilities(): NetworkCapabilities {
    return this.$platform.wire.capabilities(true);
  }

  override get line(): Pick<SpeechClock, 'onEnded' | 'speaking'> | undefined {
    return this.turn?.call.speech;
  }

  override cancelPendingOperations(): void {
    this.turn?.call.cancelPending(this.turn);
  }

  protected override async sendResponse(response: RESPONSE): Promise<void> {
    if (this.turn) this.$platform.receiver.push(this.turn.call, response);
  }
}
