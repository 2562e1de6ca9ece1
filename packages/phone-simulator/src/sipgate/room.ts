/** sipgate AI Flow behind the seam: its wire, its side of every action, its way with the caller's words. */
import type { EndedBy } from '../call-log';
import type { ResolvedCallOptions } from '../call-options';
import type { NetworkRoom, RoomHost } from '../network';
import type { CutBy, Playback } from '../playback';
import { Line } from './line';
import { NetworkSide } from './network-side';
import type { Transport } from './transport';
import { HttpTransport } from './transport-http';
import { WebSocketTransport } from './transport-websocket';
import type { Session } from './wire';

export class SipgateRoom implements NetworkRoom {
  readonly answered = true;
  readonly #host: RoomHost;
  readonly #options: ResolvedCallOptions;
  readonly #line: Line;
  readonly #side: NetworkSide;
  #over = false;
  #speechStartedSent = false;

  constructor(host: RoomHost, options: ResolvedCallOptions) {
    this.#host = host;
    this.#options = options;
    this.#line = new Line(transportOf(options), sessionOf(options), host.log, {
      action: (action) => {
        if (!this.#over) this.#side.do(action);
      },
      lost: (reason) => host.end('network', reason, 'call_end', false),
    });
    const { log, ear } = host;
    this.#side = new NetworkSide(
      {
        line: this.#line,
        log,
        ear,
        end: (by, reason, cutBy, tell) => host.end(by, reason, cutBy, tell),
        changed: () => host.changed(),
      },
      options,
    );
  }

  get playback(): Playback {
    return this.#side.playback;
  }

  get ringing(): boolean {
    return this.#side.ringing;
  }

  get pending(): number {
    return this.#line.pending;
  }

  get awaitsCaller(): boolean {
    return this.playback.state === 'listening';
  }

  get endOfTurnMs(): number {
    return this.#side.endOfTurnMs;
  }

  async open(): Promise<void> {
    await this.#line.open();
    this.#host.ear.connected(this.#options.clock.now());
    this.#host.log.add('connected', { again: false });
  }

  voiceStarts(text: string, durationMs: number): void {
    this.playback.voiceStarts([...text].length, durationMs);
  }

  /** At most once per turn; re-armed when the `user_speak` has been sent (spec 6.2). */
  async voiceNoticed(): Promise<void> {
    if (this.#speechStartedSent) return;
    this.#speechStartedSent = true;
    await this.#line.send('user_speech_started', {});
  }

  voiceEnds(): boolean {
    return this.playback.voiceEnds();
  }

  async understood(text: string, bargedIn: boolean): Promise<void> {
    const { log } = this.#host;
    const isProtected = !bargedIn && this.playback.current !== undefined;
    const policy = isProtected ? this.#options.protectedSpeech : 'delivered';
    if (this.ringing || policy === 'dropped') {
      log.add('understood', { text, bargedIn, delivered: false });
      return;
    }
    const deliver = () => {
      this.#speechStartedSent = false;
      log.add('understood', { text, bargedIn, delivered: true });
      return this.#line.send('user_speak', { text, barged_in: bargedIn });
    };
    if (policy === 'after_playback') {
      this.#side.afterPlayback(() => void deliver());
      return;
    }
    await deliver();
  }

  async presses(digit: string): Promise<void> {
    this.playback.keyPressed();
    this.#host.log.add('presses', { digit });
    await this.#line.send('dtmf_received', { digit });
  }

  stop(cutBy: CutBy): void {
    this.#over = true;
    this.#side.close(cutBy);
  }

  /** `session_end`, except after a transfer that was answered (spec 6.10). */
  async letGo(tell: boolean, _by: EndedBy, _reason: string): Promise<void> {
    if (tell) void this.#line.send('session_end', {}).catch(() => undefined);
    await this.#line.close();
  }
}

/** The transport these options ask for. */
function transportOf(options: ResolvedCallOptions): Transport {
  if (options.createTransport) return options.createTransport();
  const { url, token, webhookTimeoutMs, lingerMs } = options;
  return options.transport === 'http'
    ? new HttpTransport({ url, token, webhookTimeoutMs })
    : new WebSocketTransport({ url, token, lingerMs });
}

/** `session` as sipgate writes it: `phone_number` is the called one in both directions (spec 5.1, trap 1). */
function sessionOf(options: ResolvedCallOptions): Session {
  return {
    id: options.sessionId,
    account_id: options.accountId,
    phone_number: options.to,
    direction: options.direction,
    from_phone_number: options.from,
    to_phone_number: options.to,
  };
}
