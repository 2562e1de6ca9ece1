/** One call that a dialer has asked for, from the first ring to the last notification (spec 7.1). */
import { SimulatedCall } from '../../call';
import type { CallOptions, Wire } from '../../call-options';
import { type Clock, sleep } from '../../clock';
import { behave, type Callee, type Failure, ring } from '../../outbound/callee';
import type { DialoutFailure, GatewayOptions } from '../options';
import { sbcSessionId } from '../start-activity';
import type { DialoutLimits } from './limits';
import type { Notification, Notifier } from './notifier';
import type { DialoutRequest } from './request';

/** A bot that calls can be placed for, as the administrator configured it (spec 7.3). */
export interface DialoutBot extends DialoutLimits {
  name: string;
  /** Where it is. Without it nobody talks: calls ring, last a while and end. */
  url?: string;
  wire?: Wire;
  token?: string;
  authorizationTag?: string;
  /** Absent: any. One entry: it may be left out of the request. */
  allowedCallers?: readonly string[];
  language?: string;
  /** Further choices about the gateway; `config.sendEventsToBot` with `dialoutInitiated` announces calls. */
  gateway?: GatewayOptions;
  /** Further options of every call. */
  call?: Partial<CallOptions>;
  /** Without `url`: what the bot would have said of the call. */
  result?: (request: DialoutRequest) => { result?: string; data?: string };
}

const FAILURES: Record<Failure, DialoutFailure> = {
  no_answer: { reasonCode: 'no-answer', reason: '' },
  busy: { reasonCode: 'busy', reason: 'SIP ;cause=486 ;text="Busy Here"' },
  declined: { reasonCode: 'declined', reason: 'SIP ;cause=603 ;text="Decline"' },
  error: { reasonCode: 'error', reason: 'SIP ;cause=404 ;text="Not Found"' },
};

const DEFAULTS = {
  answerTimeoutSec: 20,
  voicemailEndTimeoutSec: 20,
  talkMs: 10_000,
  detectedAfterMs: 1500,
  greetingMs: 6000,
  recordMs: 60_000,
};

export class OutboundCall {
  readonly request: DialoutRequest;
  readonly conversationId: string;
  readonly callee: Callee;
  /** The conversation with the bot, once it exists. */
  call: SimulatedCall | undefined;
  /** Resolves when the last notification is out. */
  readonly done: Promise<void>;
  readonly #bot: DialoutBot;
  readonly #caller: string;
  readonly #clock: Clock;
  readonly #notifier: Notifier;
  #connectedAt: Date | undefined;
  #detected: Notification['machineDetection'];
  /** Why the gateway has dropped the call, if it has. */
  #dropped: string | undefined;
  #markDone: () => void = () => undefined;

  constructor(
    request: DialoutRequest,
    conversationId: string,
    parts: { bot: DialoutBot; caller: string; callee: Callee; clock: Clock; notifier: Notifier },
  ) {
    this.request = request;
    this.conversationId = conversationId;
    this.callee = parts.callee;
    this.#bot = parts.bot;
    this.#caller = parts.caller;
    this.#clock = parts.clock;
    this.#notifier = parts.notifier;
    this.done = new Promise((resolve) => {
      this.#markDone = resolve;
    });
  }

  /** What was POSTed to the dialer, and what it answered. */
  get notifications() {
    return this.#notifier.delivered;
  }

  /** Places the call and sees it through; never rejects. */
  async place(): Promise<void> {
    try {
      await this.#place();
    } catch (cause) {
      const status = this.#connectedAt ? 'completed' : 'failed';
      this.#notify({ status, reasonCode: 'error', reason: (cause as Error).message });
    }
    await this.#notifier.idle();
    this.#markDone();
  }

  async #place(): Promise<void> {
    let answered: (failure: DialoutFailure | undefined) => void = () => undefined;
    const callee = new Promise<DialoutFailure | undefined>((resolve) => {
      answered = resolve;
    });
    const announced = this.#isAnnounced ? await this.#announce(callee) : undefined;
    const timeoutMs = (this.request.answerTimeoutSec ?? DEFAULTS.answerTimeoutSec) * 1000;
    const failure = await ring(this.callee, this.#clock, timeoutMs);
    if (failure) return this.#fail(failure, () => answered(FAILURES[failure]), announced?.conversation);
    this.#connectedAt = new Date();
    this.#notify({ status: 'answered' });
    answered(undefined);
    await (announced?.conversation ?? this.#converse(undefined));
    const fromMs = this.#clock.now();
    await this.#talk();
    await this.call?.closed();
    this.#complete(this.#connectedAt, this.#clock.now() - fromMs);
  }

  get #isAnnounced(): boolean {
    const events = this.#bot.gateway?.config?.sendEventsToBot as string[] | undefined;
    return this.#bot.url !== undefined && events?.includes('dialoutInitiated') === true;
  }

  /** The bot knows of the call before it rings (spec 7.5). Rejects when the bot cannot be reached. */
  async #announce(callee: Promise<DialoutFailure | undefined>): Promise<{ conversation: Promise<void> }> {
    let isOut: () => void = () => undefined;
    const out = new Promise<void>((resolve) => {
      isOut = resolve;
    });
    const conversation = this.#converse(callee, isOut);
    await Promise.race([out, conversation]);
    return { conversation };
  }

  async #fail(failure: Failure, tell: () => void, announced: Promise<void> | undefined): Promise<void> {
    tell();
    await announced;
    await this.call?.closed();
    const { reasonCode, reason } = FAILURES[failure];
    const why = this.callee.reason ?? reason;
    this.#notify({
      status: 'failed',
      reasonCode,
      ...(why ? { reason: why } : {}),
      ...this.#operation(),
    });
  }

  /** Opens the conversation with the bot; resolves when `start` is out, or the call has failed. */
  async #converse(
    callee: Promise<DialoutFailure | undefined> | undefined,
    announced?: () => void,
  ): Promise<void> {
    const { url, wire, token, language, gateway, call } = this.#bot;
    if (!url) return;
    const { target, metadata } = this.request;
    this.call = new SimulatedCall({
      ...call,
      url,
      network: 'audiocodes',
      ...(wire ? { wire } : {}),
      token,
      language,
      clock: this.#clock,
      sessionId: this.conversationId,
      direction: 'outbound',
      from: this.#caller,
      to: target.replace(/^(tel|sips?):/i, '').split('@')[0] as string,
      audiocodes: {
        validate: false,
        ...gateway,
        dialout: { target, metadata, announce: callee !== undefined, announced, callee },
      },
    });
    await this.call.start();
  }

  async #talk(): Promise<void> {
    const { outcome, talkMs } = this.callee;
    const detection = this.request.machineDetection ?? 'disabled';
    const machine = outcome === 'voicemail' || outcome === 'fax';
    if (machine && detection !== 'disabled') return this.#detect(outcome, detection);
    if (outcome === 'voicemail' && this.call) return this.#record(this.call);
    if (this.call) return behave(this.callee, this.call);
    await sleepHurried(this.#clock, talkMs ?? DEFAULTS.talkMs);
  }

  /** A machine has answered, and somebody listens for one (spec 7.9). */
  async #detect(outcome: 'voicemail' | 'fax', detection: 'disconnect' | 'detect'): Promise<void> {
    const { detectedAfterMs, greetingMs, beeps } = { ...DEFAULTS, ...this.callee };
    await this.#pass(detectedAfterMs);
    if (outcome === 'fax' || detection === 'disconnect') {
      this.#dropped = `${outcome} detected`;
      this.call?.disconnect('machine-detected', this.#dropped);
      return;
    }
    await this.#tellOfMachine('voicemail-prompt-start');
    const timeoutMs = (this.request.voicemailEndTimeoutSec ?? DEFAULTS.voicemailEndTimeoutSec) * 1000;
    const beepMs = beeps === false ? Number.POSITIVE_INFINITY : Math.max(0, greetingMs - detectedAfterMs);
    await this.#pass(Math.min(beepMs, timeoutMs));
    this.#detected = beepMs <= timeoutMs ? 'voicemail beep' : 'voicemail timeout';
    await this.#tellOfMachine('voicemail-prompt-end-beep');
    if (this.call) await this.#record(this.call);
    else await this.#pass(DEFAULTS.talkMs);
  }

  async #tellOfMachine(value: string): Promise<void> {
    if (this.call?.state === 'over') return;
    await this.call?.inject({ type: 'event', name: 'machineDetection', value });
  }

  /** The machine records until the bot hangs up, or its tape is full. */
  async #record(call: SimulatedCall): Promise<void> {
    await call.silence(this.callee.recordMs ?? DEFAULTS.recordMs);
    await call.hangUp();
  }

  /** Time in which only the machine decides what comes next. */
  async #pass(ms: number): Promise<void> {
    if (this.call) await this.call.silence(ms, { hurried: true });
    else await sleepHurried(this.#clock, ms);
  }

  #complete(connectedAt: Date, durationMs: number): void {
    const outcome = this.call?.outcome;
    const end = this.#dropped
      ? { reasonCode: 'machine-detected', reason: this.#dropped }
      : { reasonCode: outcome?.reasonCode ?? 'client-disconnected' };
    this.#notify({
      status: 'completed',
      ...end,
      ...(this.#detected ? { machineDetection: this.#detected } : {}),
      connectTime: connectedAt.toISOString(),
      callDuration: Math.max(0, Math.round(durationMs / 1000)),
      sbcSessionID: sbcSessionId(this.conversationId),
      ...this.#operation(),
    });
  }

  #operation(): Partial<Notification> {
    const { result, data } = this.call?.outcome ?? this.#bot.result?.(this.request) ?? {};
    return {
      ...(result === undefined ? {} : { botOperationResult: result }),
      ...(data === undefined ? {} : { botOperationData: data }),
    };
  }

  #notify(fields: Omit<Notification, 'conversationId'>): void {
    this.#notifier.notify({ conversationId: this.conversationId, ...fields });
  }
}

async function sleepHurried(clock: Clock, ms: number): Promise<void> {
  clock.hurry?.(true);
  await sleep(clock, ms);
  clock.hurry?.(false);
}
