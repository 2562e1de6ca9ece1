import { randomUUID } from 'node:crypto';
import type { Headers } from '@jovo-telephony/platform-base';
import type { App } from '@jovotech/framework';
import type { AudiocodesPlatform } from '../AudiocodesPlatform';
import type { Disconnect } from '../conversation/requests';
import { callerNumber } from '../events/call-facts';
import { isMediaFormat, MEDIA_FORMAT_NAMES, type MediaFormat } from '../media-formats';
import { type Frame, type Reply, readFrame } from '../session/frames';
import { PlayStreams } from '../session/play-streams';
import {
  FRESH,
  nextSession,
  type SessionEffect,
  type SessionFacts,
  type SessionState,
} from '../session/session';
import type { Speech, SpeechLine } from '../session/speech';
import { speechSignal } from '../session/speech-signals';
import { DEAF, UserStreams } from '../session/user-streams';
import type { Activity } from '../wire';
import { endOf, handleOnLine } from './http-routes';
import type { ClosableSocket, Lines } from './lines';
import type { PushLine } from './servers';

export interface SocketSessionOptions {
  app: App;
  platform: AudiocodesPlatform;
  lines: Lines;
  /** Ears and voice of our own; without them only text is heard and spoken. */
  speech?: Speech;
  /** What the query of the bot's address says. */
  attributes: Readonly<Record<string, string>>;
  headers: Headers;
  /** How long a call outlives its socket before it counts as ended (spec 2.4). */
  graceMs: number;
  /** Told why a frame was ignored; holds no word of the caller. */
  warn(warning: string): void;
}

/** How long a gateway may take to close a socket whose session is over. */
const CLOSES_WITHIN_MS = 5_000;

const TRY_AGAIN_LATER = 1013;

/** What an operator must know: a gateway that is set up so has callers talk to nobody. */
const NOT_HEARD =
  'the gateway sends the audio of the caller, and nobody listens to it here: switch directSTT off';
const NOT_SPOKEN =
  'the gateway waits for audio, and text is what it gets: switch directTTS off if it stays silent';

/** One socket of WebSocket mode (spec 2): frames in their order, and what follows from them. */
export class SocketSession {
  private state: SessionState = FRESH;
  /** The conversation that this socket carries, or has carried. */
  private id: string | undefined;
  private line: PushLine | undefined;
  private streams: UserStreams | undefined;
  private speech: SpeechLine | undefined;
  private play: PlayStreams | undefined;
  /** A stream begins with every turn; one warning will do. */
  private saidNotHeard = false;
  /** Frames are worked on one after the other; to take up a call may take a moment. */
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly socket: ClosableSocket,
    private readonly options: SocketSessionOptions,
  ) {}

  /** A text frame has come. */
  received(text: string): void {
    const frame = readFrame(text);
    if (typeof frame === 'string') this.options.warn(frame);
    else this.work = this.work.then(() => this.take(frame)).catch(() => this.broken());
  }

  /** The socket has gone. Without an end the call waits for a new one (spec 2.4). */
  closed(): void {
    this.work = this.work.then(() => {
      this.silence();
      if (this.id === undefined) return;
      const { lines, platform, graceMs } = this.options;
      if (this.state.phase === 'open') platform.receiver.connectionLost(this.socket, graceMs);
      this.state = { phase: 'over' };
      lines.closed(this.id, this.socket);
    });
  }

  private async take(frame: Frame): Promise<void> {
    const { platform, speech } = this.options;
    const formats = new Map<string, MediaFormat>();
    if (frame.type === 'session.resume' && typeof frame.fields.conversationId === 'string') {
      const { conversationId: id } = frame.fields;
      const call = await platform.receiver.known(id);
      const { mediaFormat } = call?.notes.session ?? {};
      if (isMediaFormat(mediaFormat)) formats.set(id, mediaFormat);
    }
    const step = nextSession(this.state, frame, {
      formatOf: (id) => formats.get(id),
      decodable: speech?.decodable ?? MEDIA_FORMAT_NAMES,
      preferred: speech?.preferred ?? [],
      audioOnly: speech?.audioOnly,
    });
    this.state = step.state;
    if (step.ignored) this.options.warn(step.ignored);
    // Accepted first: whatever has to be prepared takes its time (spec 2.5).
    for (const reply of step.replies) this.say(reply);
    for (const effect of step.effects) await this.carryOut(effect);
  }

  private async carryOut(effect: SessionEffect): Promise<void> {
    switch (effect.do) {
      case 'open':
        return this.open(effect.id, effect.facts);
      case 'resume':
        return this.resume(effect.id);
      case 'activities':
        return this.handle(effect.activities);
      case 'userStreamStart':
        if (!this.speech && !this.saidNotHeard) this.options.warn(NOT_HEARD);
        this.saidNotHeard = true;
        return this.streams?.start(effect.participant);
      case 'userStreamStop':
        return this.streams?.stop(effect.participant);
      case 'userStreamChunk': {
        const fault = this.streams?.chunk(effect.chunk, effect.participant);
        return fault === undefined ? undefined : this.options.warn(fault);
      }
      case 'markReached':
        return this.speech?.markReached?.(effect.fields);
      case 'end':
        return this.end(effect);
      case 'close':
        return this.socket.close(1000);
    }
  }

  private async open(id: string, facts: SessionFacts): Promise<void> {
    const { platform, attributes, headers } = this.options;
    const { botName: bot, caller } = facts;
    let isLive = false;
    const call = await platform.receiver.announce({ callId: id, headers }, ({ notes, state }) => {
      notes.mode = 'websocket';
      isLive = notes.session !== undefined;
      notes.session = facts;
      notes.attributes = { ...attributes, ...(bot && { bot }) };
      // The start tells more, but an administrator can do without it.
      if (caller !== undefined) state.info.from_phone_number ??= callerNumber(caller);
    });
    if ('status' in call) {
      this.state = { phase: 'over' };
      this.say({ type: 'session.error', conversationId: id, reason: call.error });
      this.socket.close(TRY_AGAIN_LATER);
      return;
    }
    this.connect(id, facts, isLive);
    if (this.line) platform.receiver.connected(call, this.line);
  }

  private async resume(id: string): Promise<void> {
    const call = await this.options.platform.receiver.known(id);
    if (!call || this.state.phase !== 'open') return;
    const { mediaFormat } = this.state;
    this.connect(id, { expectsAudio: false, ...call.notes.session, mediaFormat }, true);
    if (this.line) this.options.platform.receiver.connected(call, this.line);
  }

  /** `again`: the conversation has had a socket before this one. */
  private connect(id: string, facts: SessionFacts, again: boolean): void {
    const frameOf = (activities: readonly Activity[]): Reply => ({
      type: 'activities',
      conversationId: id,
      activities,
    });
    this.id = id;
    this.line = this.options.lines.open(id, this.socket, frameOf);
    if (facts.expectsAudio && !this.options.speech) this.options.warn(NOT_SPOKEN);
    const idPrefix = again ? `${randomUUID().slice(0, 8)}-` : '';
    const play = new PlayStreams(
      id,
      (reply) => this.say(reply),
      this.options.platform.receiver.options.clock,
      idPrefix,
    );
    this.play = play;
    this.speech = this.options.speech?.open({
      conversationId: id,
      facts,
      play,
      signal: (given, participant) => this.say(speechSignal(id, given, participant)),
      words: (text, more) => this.handle([{ type: 'message', text, ...more }]),
    });
    this.streams = new UserStreams(facts.mediaFormat, this.speech ?? DEAF);
  }

  private handle(activities: readonly unknown[]): void {
    if (this.id === undefined || !this.line) return;
    const { app, headers } = this.options;
    handleOnLine(app, { conversation: this.id, activities }, headers, this.line);
  }

  private end(disconnect: Disconnect): void {
    this.silence();
    if (this.id !== undefined) this.handle(endOf(this.id, disconnect).activities);
    this.options.platform.receiver.options.clock.after(CLOSES_WITHIN_MS, () => this.socket.close(1000));
  }

  /** Nobody else would tell the gateway that its call cannot go on (spec 2.5). */
  private broken(): void {
    this.say({ type: 'session.error', conversationId: this.id, reason: 'internal error' });
    this.socket.close(1011);
  }

  private silence(): void {
    this.streams?.stopAll();
    this.streams = undefined;
    this.play?.lost();
    this.play = undefined;
    this.speech?.close();
    this.speech = undefined;
  }

  private say(reply: Reply): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(JSON.stringify(reply), () => {});
  }
}
