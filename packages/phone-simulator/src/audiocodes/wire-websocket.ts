/** W2: one socket for both directions; a lost one is replaced and the session resumed (spec 2). */
import { WebSocket } from 'ws';
import { show } from '../checks';
import { type ArrivedWhen, MAX_ANSWER_BYTES, urlFor, withinMs } from '../connection';
import { connectionError, refusedError, SimulatorError } from '../errors';
import { HttpClient } from '../http-exchange';
import type { BotWire, BotWireListener, Delivery } from './bot-wire';
import type { Credentials } from './credentials';
import { type BotFrame, readFrame } from './frame-rules';
import { MediaStreams } from './media-streams';
import { judgeValidation, validateSocket } from './validate';
import type { Activity, EndReason } from './wire';

export interface WebSocketWireOptions {
  url: string;
  conversationId: string;
  credentials: Credentials;
  botName?: string;
  /** As in `start`; for logging at the bot. */
  caller: string;
  validate: boolean;
  answerTimeoutMs: number;
  /** Formats offered, in order of preference. */
  formats: readonly string[];
  /** `directSTT`, `directTTS`: whose audio goes over the wire (spec 2.1). */
  audio: { caller: boolean; bot: boolean };
  /** Pauses before each attempt to resume, real time; none: a lost connection is the end. */
  resumePausesMs: readonly number[];
  lingerMs: number;
}

const PONG_MS = 1000;
/** A bot that has read `session.end` may finish the sentence it was writing: frames this soon are no fault. */
const GRACE_MS = 25;

export class WebSocketWire implements BotWire {
  readonly kind = 'ws';
  readonly pending = 0;
  readonly media: MediaStreams;
  readonly #options: WebSocketWireOptions;
  #listener!: BotWireListener;
  #socket: WebSocket | undefined;
  #state: 'new' | 'open' | 'lost' | 'ended' = 'new';
  #arrives: ArrivedWhen = 'in_call';
  #known: Promise<void> | undefined;
  #answered: ((frame: BotFrame) => void) | undefined;
  /** Frames that wait for the connection to come back. */
  #waiting: (() => void)[] = [];

  constructor(options: WebSocketWireOptions) {
    this.#options = options;
    this.media = new MediaStreams({
      send: (type, fields) => this.#send({ type, ...fields }),
      violation: (rule, sentence, spec) => this.#listener.violation(rule, sentence, spec),
      played: (stream) => this.#listener.audio?.played(stream),
      hypothesis: (text) => this.#listener.audio?.hypothesis(text),
      recognised: (text) => this.#listener.audio?.recognised(text),
    });
  }

  async open(listener: BotWireListener): Promise<void> {
    this.#listener = listener;
    const { url, botName, caller, formats, audio } = this.#options;
    if (this.#options.validate) await this.#validate();
    await this.#connect();
    const answer = await this.#ask({
      type: 'session.initiate',
      expectAudioMessages: audio.bot,
      ...(botName ? { botName } : {}),
      caller,
      supportedMediaFormats: formats,
    });
    if (answer?.type !== 'session.accepted') throw declined(url, answer);
    const { mediaFormat } = answer;
    if (!formats.includes(mediaFormat as string)) {
      const sentence = `session.accepted has mediaFormat ${show(mediaFormat)}; offered: ${formats.join(', ')}.`;
      listener.violation('session.accepted.mediaFormat', sentence, '2.5');
    }
    this.media.agree(
      formats.includes(mediaFormat as string) ? (mediaFormat as string) : 'raw/lpcm16',
      audio.bot,
    );
    this.#state = 'open';
  }

  send(activity: Activity): Delivery {
    const out = this.#send({ type: 'activities', activities: [activity] });
    return { out, acknowledged: out };
  }

  async end({ reasonCode, reason }: EndReason): Promise<void> {
    const socket = this.#socket;
    if (this.#state === 'ended' || socket?.readyState !== WebSocket.OPEN) return this.close();
    this.#state = 'ended';
    this.media.judgeEnd();
    // A ping behind session.end is answered when the bot has read both: what comes well behind the pong was sent in
    // knowledge of the end.
    this.#arrives = 'in_flight';
    this.#known = new Promise((resolve) => {
      socket.once('pong', () => {
        setTimeout(() => {
          this.#arrives = 'after_end';
          resolve();
        }, GRACE_MS);
      });
    });
    socket.send(JSON.stringify(this.#frame({ type: 'session.end', reasonCode, reason })));
    socket.ping();
    await this.close();
  }

  async close(): Promise<void> {
    this.#state = 'ended';
    for (const give of this.#waiting.splice(0)) give();
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<true>((resolve) => socket.once('close', () => resolve(true)));
    if (this.#known && this.#options.lingerMs > 0) {
      await withinMs(Promise.race([this.#known, closed]), PONG_MS);
      await withinMs(closed, this.#options.lingerMs);
    }
    if (this.#arrives === 'in_call') this.#arrives = 'in_flight';
    socket.close(1000);
    if (!(await withinMs(closed, PONG_MS))) socket.terminate();
  }

  breakConnection(): void {
    this.#socket?.terminate();
  }

  async #validate(): Promise<void> {
    const { url, answerTimeoutMs: timeoutMs } = this.#options;
    const headers = await this.#options.credentials.headers();
    const client = new HttpClient();
    try {
      judgeValidation(
        await client.exchange({ method: 'GET', url: urlFor('http', url), headers, timeoutMs }),
        this.#listener,
      );
    } catch (cause) {
      throw connectionError(url, cause as NodeJS.ErrnoException);
    } finally {
      client.close();
    }
    await validateSocket(url, headers, this.#listener);
  }

  async #connect(): Promise<void> {
    const { url, conversationId, caller } = this.#options;
    const headers = {
      ...(await this.#options.credentials.headers()),
      'AC-Conversation-Id': conversationId,
      'AC-Caller-Number': caller,
    };
    const socket = new WebSocket(urlFor('websocket', url), {
      headers,
      perMessageDeflate: false,
      maxPayload: MAX_ANSWER_BYTES,
      handshakeTimeout: 10_000,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.on('error', (cause) => reject(connectionError(url, cause)));
      socket.on('unexpected-response', (request, response) => {
        reject(refusedError(url, response.statusCode ?? 0));
        request.destroy();
      });
      socket.on('message', (data, isBinary) => this.#receive(String(data), isBinary));
    });
    this.#socket = socket;
    socket.once('close', (code) => {
      if (this.#socket === socket) void this.#lost(code);
    });
  }

  /** Sends a frame that opens a session and waits for what is said to it. */
  async #ask(frame: BotFrame): Promise<BotFrame | undefined> {
    const answer = new Promise<BotFrame>((resolve) => {
      this.#answered = resolve;
    });
    const gone = new Promise<undefined>((resolve) => this.#socket?.once('close', () => resolve(undefined)));
    this.#socket?.send(JSON.stringify(this.#frame(frame)));
    const given = await withinMs(Promise.race([answer, gone]), this.#options.answerTimeoutMs);
    this.#answered = undefined;
    return given;
  }

  /** What is to be sent while the connection is gone waits for the next one. */
  async #send(frame: BotFrame): Promise<void> {
    const gone = this.#state === 'open' && this.#socket?.readyState !== WebSocket.OPEN;
    if (gone || this.#state === 'lost') await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#state === 'open') this.#socket?.send(JSON.stringify(this.#frame(frame)));
  }

  #frame(frame: BotFrame): BotFrame {
    return { conversationId: this.#options.conversationId, ...frame };
  }

  /** The connection is gone: a new one, and `session.resume` on it (spec 2.4, 2.8). */
  async #lost(code: number): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'lost';
    this.media.lost();
    this.#listener.warning(
      `The connection to the bot was lost (code ${code}); the session is resumed on a new one.`,
    );
    for (const pauseMs of this.#options.resumePausesMs) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if ((this.#state as string) === 'ended') return;
      try {
        await this.#connect();
      } catch {
        continue;
      }
      const answer = await this.#ask({ type: 'session.resume' });
      if ((this.#state as string) === 'ended') return;
      if (answer?.type === 'session.error') {
        return this.#listener.failed(`the bot did not resume the session: ${String(answer.reason)}`);
      }
      if (answer?.type !== 'session.accepted') continue;
      this.#state = 'open';
      for (const give of this.#waiting.splice(0)) give();
      return;
    }
    this.#listener.failed('the connection to the bot was lost and did not come back');
  }

  #receive(text: string, isBinary: boolean): void {
    const wrong = (rule: string, sentence: string, spec: string) =>
      this.#listener.violation(rule, sentence, spec);
    if (isBinary) wrong('frame.binary', 'A binary frame; all frames are text frames.', '2.1');
    const { frame, violations, warnings = [] } = readFrame(text, this.#options.conversationId);
    for (const { rule, sentence, spec } of violations) wrong(rule, sentence, spec);
    for (const sentence of warnings) this.#listener.warning(sentence);
    if (!frame) return;
    if (this.#arrives === 'after_end') {
      return void wrong('after.session.end', `The bot sent ${frame.type} after session.end.`, '2.4');
    }
    if (this.#answered && /^session\./.test(frame.type)) return void this.#answered(frame);
    if (this.#state === 'new')
      return void wrong('session.early', `${frame.type} came before session.accepted.`, '2.5');
    if (frame.type === 'activities') return void this.#listener.activities(frame.activities, this.#arrives);
    if (frame.type === 'session.error') {
      return void this.#listener.failed(`the bot gave the session up: ${String(frame.reason)}`);
    }
    if (/^(session|connection)\./.test(frame.type)) {
      return void wrong(`${frame.type}.unasked`, `${frame.type} answers nothing.`, '2.5');
    }
    this.media.receive(frame);
  }
}

function declined(url: string, answer: BotFrame | undefined): SimulatorError {
  return answer
    ? new SimulatorError('SIM_DECLINED', `${url} declined the session: ${String(answer.reason)}.`)
    : new SimulatorError(
        'SIM_NOT_AN_AGENT',
        `${url} did not answer session.initiate.`,
        'Check the path of --url.',
      );
}
