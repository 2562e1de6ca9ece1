import type { NetworkCapabilities, SpeechClock } from '@jovo-telephony/telephony';
import { type App, AsyncJovo, type HandleRequest, Jovo } from '@jovotech/framework';
import { capabilities } from './portable';
import type { SipgateAiflowPlatform } from './SipgateAiflowPlatform';
import type { SipgateAiflowRequest } from './SipgateAiflowRequest';
import { SipgateAiflowResponse } from './SipgateAiflowResponse';
import { SipgateAiflowSession } from './SipgateAiflowSession';
import { TURN, type Turn, type TurnCarrier } from './turn';
import type { SessionInfo } from './wire';

declare module '@jovotech/framework/dist/types/Jovo' {
  interface Jovo {
    /** Aborted when the caller says something new or the call ends. Give it to everything that takes time. */
    get abortSignal(): AbortSignal | undefined;
    /** What the network of this call can do, over the transport that it uses. */
    get capabilities(): NetworkCapabilities | undefined;
    /** What is on its way to the caller's ear; says when the network reports its end, also in mid-turn. */
    get line(): SpeechClock | undefined;
    /** Stops what is being prepared for the caller, and drops what has not left yet. */
    cancelPendingOperations?(): void;
  }
}

/** What both kinds of turn share. */
function joinCall(jovo: SipgateAiflow | SipgateAiflowAsync): Turn | undefined {
  const { [TURN]: turn } = jovo.$handleRequest.server as TurnCarrier;
  const session = jovo.$session;
  if (turn && session instanceof SipgateAiflowSession) {
    // A copy: what an app does to its session must not reach the platform's own knowledge of the call.
    session.sessionInfo = { ...turn.call.session } as SessionInfo;
    session.bargeInCount = turn.call.bargeInCount;
    // A database that keeps sessions loads its own over this, later in the turn.
    const { memory } = turn.call;
    if (memory) Object.assign(session, memory);
  }
  return turn;
}

function cancelPending(turn: Turn | undefined): void {
  if (!turn) return;
  turn.call.cancelPending(turn);
}

/** One event whose outputs are collected and answered together (HTTP, Lambda). */
export class SipgateAiflow extends Jovo<SipgateAiflowRequest, SipgateAiflowResponse> {
  declare readonly $platform: SipgateAiflowPlatform;
  readonly turn: Turn | undefined;

  constructor(app: App, handleRequest: HandleRequest, platform: SipgateAiflowPlatform) {
    super(app, handleRequest, platform);
    this.turn = joinCall(this);
  }

  override get abortSignal(): AbortSignal | undefined {
    return this.turn?.signal;
  }

  override get capabilities(): NetworkCapabilities {
    return capabilities(false);
  }

  override get line(): SpeechClock | undefined {
    return this.turn?.call.speech;
  }

  override cancelPendingOperations(): void {
    cancelPending(this.turn);
  }

  /** Takes out what was said so far, ready for the wire, so that it need not wait for the end of the handler. */
  takeOutput(): SipgateAiflowResponse {
    const output = this.$output.splice(0);
    const strategy = this.$platform.outputTemplateConverterStrategy;
    try {
      return this.$platform.finalizeResponse(strategy.toResponse(strategy.normalizeOutput(output)), this);
    } catch {
      // This runs from a timer, where nobody could catch it. At the end of the turn it fails again, and is heard of.
      this.$output.unshift(...output);
      return new SipgateAiflowResponse();
    }
  }
}

/** One event whose outputs leave one by one, as they are sent (WebSocket). */
export class SipgateAiflowAsync extends AsyncJovo<SipgateAiflowRequest, SipgateAiflowResponse> {
  declare readonly $platform: SipgateAiflowPlatform;
  readonly turn: Turn | undefined;

  constructor(app: App, handleRequest: HandleRequest, platform: SipgateAiflowPlatform) {
    super(app, handleRequest, platform);
    this.turn = joinCall(this);
  }

  override get abortSignal(): AbortSignal | undefined {
    return this.turn?.signal;
  }

  override get capabilities(): NetworkCapabilities {
    return capabilities(true);
  }

  override get line(): SpeechClock | undefined {
    return this.turn?.call.speech;
  }

  override cancelPendingOperations(): void {
    cancelPending(this.turn);
  }

  protected override async sendResponse(response: SipgateAiflowResponse): Promise<void> {
    if (this.turn) this.$platform.receiver.push(this.turn.call, response);
  }
}
