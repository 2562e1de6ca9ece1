/** Audio of WebSocket mode, both directions: what streams are open, what came, who acknowledged (spec 2.4-2.7). */
import { durationOfAudio } from './audio-duration';
import type { BotFrame } from './frame-rules';
import { MEDIA_FORMATS } from './media-formats';
import type { Parameters } from './wire';

/** Audio of the bot that has come in whole. */
export interface PlayedStream {
  streamId: string;
  altText?: string;
  mediaFormat: string;
  durationMs: number;
  params: Parameters;
}

export interface MediaListener {
  send(type: string, fields: Record<string, unknown>): Promise<void>;
  violation(rule: string, sentence: string, spec: string): void;
  /** A play stream is complete: it is heard from now on. */
  played(stream: PlayedStream): void;
  /** The bot's recogniser hears words: they may interrupt (spec 2.5). */
  hypothesis(text: string): void;
  /** ... and the caller's turn is over. */
  recognised(text: string): void;
}

interface OpenStream extends Omit<PlayedStream, 'durationMs'> {
  chunks: Buffer[];
}

/** How much of the caller's voice goes into one chunk (spec 2.9). */
const CHUNK_MS = 200;
const TONE_HZ = 440;
/** An acknowledgement that is missing for this long at the end of the call was forgotten. Real time. */
const ACKNOWLEDGED_WITHIN_MS = 500;

export class MediaStreams {
  readonly #listener: MediaListener;
  readonly #streamIds = new Set<string>();
  #playing: OpenStream | undefined;
  #format = 'raw/lpcm16';
  #expectsAudio = false;
  #userStream: 'closed' | 'open' = 'closed';
  #listensToCaller = false;
  /** Acknowledgements that the bot still owes, and since when. */
  readonly #owed: { type: string; sinceMs: number }[] = [];

  constructor(listener: MediaListener) {
    this.#listener = listener;
  }

  /** What the session agreed on. */
  agree(format: string, expectsAudio: boolean): void {
    this.#format = format;
    this.#expectsAudio = expectsAudio;
  }

  /** The connection was lost: streams are closed and nothing is owed (spec 2.8). */
  lost(): void {
    this.#userStream = 'closed';
    this.#playing = undefined;
    this.#owed.length = 0;
  }

  /** The gateway begins to pass the caller's audio on. */
  openUserStream(): void {
    if (this.#userStream === 'open') return;
    this.#userStream = 'open';
    this.#listensToCaller = true;
    this.#owes('userStream.started');
    void this.#listener.send('userStream.start', {});
  }

  closeUserStream(): void {
    if (this.#userStream === 'closed') return;
    this.#userStream = 'closed';
    this.#owes('userStream.stopped');
    void this.#listener.send('userStream.stop', {});
  }

  /** `durationMs` of the caller's voice: a tone, in chunks, as one burst. */
  voice(durationMs: number): void {
    if (this.#userStream === 'closed') return;
    for (let atMs = 0; atMs < durationMs; atMs += CHUNK_MS) {
      const audio = tone(this.#format, Math.min(CHUNK_MS, durationMs - atMs));
      void this.#listener.send('userStream.chunk', { audioChunk: audio.toString('base64') });
    }
  }

  /** The session ends: whatever was not acknowledged never will be (spec 2.4). */
  judgeEnd(): void {
    for (const { type, sinceMs } of this.#owed) {
      if (performance.now() - sinceMs > ACKNOWLEDGED_WITHIN_MS) {
        this.#wrong(`${type}.missing`, `${type} was not sent.`, '2.4');
      }
    }
  }

  #owes(type: string): void {
    this.#owed.push({ type, sinceMs: performance.now() });
  }

  receive(frame: BotFrame): void {
    const [family, ...rest] = frame.type.split('.');
    if (family === 'playStream') this.#play(rest.join('.'), frame);
    else if (rest[0] === 'speech') this.#speech(frame);
    else this.#acknowledged(frame.type);
  }

  #acknowledged(type: string): void {
    const at = this.#owed.findIndex((owed) => owed.type === type);
    if (at >= 0) this.#owed.splice(at, 1);
    else this.#wrong(`${type}.unasked`, `${type} acknowledges nothing.`, '2.5');
  }

  #speech({ type, alternatives }: BotFrame): void {
    if (!this.#listensToCaller) {
      return void this.#wrong(`${type}.unasked`, `${type}: the bot was sent no audio.`, '2.5');
    }
    const text = (alternatives as { text: string }[] | undefined)?.[0]?.text ?? '';
    if (type.endsWith('.hypothesis')) this.#listener.hypothesis(text);
    else if (/\.(recognition|committed)$/.test(type)) this.#listener.recognised(text);
  }

  #play(what: string, frame: BotFrame): void {
    const streamId = frame.streamId as string;
    if (what === 'start') return void this.#start(streamId, frame);
    if (this.#playing?.streamId !== streamId) {
      return void this.#wrong(
        `${frame.type}.streamId`,
        `${frame.type}: no stream "${streamId}" is open.`,
        '2.6',
      );
    }
    if (what === 'chunk') this.#playing.chunks.push(Buffer.from(frame.audioChunk as string, 'base64'));
    else this.#stop(this.#playing);
  }

  #start(streamId: string, frame: BotFrame): void {
    if (!this.#expectsAudio) {
      return void this.#wrong(
        'playStream.start',
        'The bot plays audio; expectAudioMessages was false.',
        '2.1',
      );
    }
    if (this.#playing) {
      const sentence = `playStream.start while the stream "${this.#playing.streamId}" is open.`;
      this.#wrong('playStream.start', sentence, '2.6');
    }
    if (this.#streamIds.has(streamId)) {
      this.#wrong('playStream.start.streamId', `The stream id "${streamId}" was used before.`, '2.5');
    }
    this.#streamIds.add(streamId);
    this.#playing = {
      streamId,
      altText: frame.altText as string | undefined,
      mediaFormat: frame.mediaFormat as string,
      params: (frame.activityParams ?? {}) as Parameters,
      chunks: [],
    };
  }

  #stop({ chunks, ...stream }: OpenStream): void {
    this.#playing = undefined;
    const reading = durationOfAudio(Buffer.concat(chunks), stream.mediaFormat);
    if ('fault' in reading) {
      return void this.#wrong(
        'playStream.chunk',
        `The audio of "${stream.streamId}" ${reading.fault}.`,
        '2.6',
      );
    }
    this.#listener.played({ ...stream, durationMs: reading.durationMs });
  }

  #wrong(rule: string, sentence: string, spec: string): void {
    this.#listener.violation(rule, sentence, spec);
  }
}

/** A tone where a voice would be: something to be heard, no words in it. */
function tone(formatName: string, durationMs: number): Buffer {
  const format = MEDIA_FORMATS[formatName];
  if (!format) return Buffer.alloc(0);
  const { encoding, rateHz } = format;
  const samples = Math.round((rateHz * durationMs) / 1000);
  // A constant level is enough for formats of one byte a sample; nobody listens.
  if (encoding !== 'lpcm16') return Buffer.alloc(samples, 0x9b);
  const bytes = Buffer.alloc(samples * 2);
  for (let i = 0; i < samples; i++) {
    bytes.writeInt16LE(Math.round(6000 * Math.sin((2 * Math.PI * TONE_HZ * i) / rateHz)), i * 2);
  }
  return bytes;
}
