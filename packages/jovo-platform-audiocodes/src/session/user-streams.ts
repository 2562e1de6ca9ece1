import { bytesPerSample, type MediaFormat } from '../media-formats';

/** Where a caller's sound goes. The speech recogniser of a bot implements it. */
export interface AudioSink {
  /** A stream begins, or begins anew. */
  started(stream: UserStream): void;
  /** Whole samples, in the agreed format, in order. */
  heard(stream: UserStream, samples: Uint8Array): void;
  /** What was heard so far may be a whole utterance. */
  stopped(stream: UserStream): void;
}

export interface UserStream {
  /** Whose voice, where a bot listens to several people. */
  participant?: string;
  mediaFormat: MediaFormat;
}

/** Nobody listens: streams are acknowledged and their sound is let go. */
export const DEAF: AudioSink = { started() {}, heard() {}, stopped() {} };

/**
 * The caller's streams of one session, one per participant (spec 2.4). Sound outside of a stream, or that is no
 * base64, is let go; a sample that a chunk has cut in two is put together again.
 */
export class UserStreams {
  private readonly open = new Map<string | undefined, { stream: UserStream; odd: Uint8Array }>();

  constructor(
    private readonly mediaFormat: MediaFormat,
    private readonly sink: AudioSink = DEAF,
  ) {}

  /** One that is open already begins anew. */
  start(participant?: string): void {
    this.stop(participant);
    const stream = { ...(participant !== undefined && { participant }), mediaFormat: this.mediaFormat };
    this.open.set(participant, { stream, odd: NOTHING });
    this.sink.started(stream);
  }

  /** Returns why a chunk was let go. */
  chunk(given: unknown, participant?: string): string | undefined {
    const one = this.open.get(participant);
    if (!one) return 'a chunk of audio outside of a stream';
    const bytes = bytesOf(given);
    if (!bytes) return 'a chunk of audio that is not base64';
    const joined = one.odd.length === 0 ? bytes : Buffer.concat([one.odd, bytes]);
    const whole = joined.length - (joined.length % bytesPerSample(this.mediaFormat));
    one.odd = joined.subarray(whole);
    if (whole > 0) this.sink.heard(one.stream, joined.subarray(0, whole));
    return undefined;
  }

  stop(participant?: string): void {
    const one = this.open.get(participant);
    if (!one) return;
    this.open.delete(participant);
    this.sink.stopped(one.stream);
  }

  /** The socket is gone: after a resume the gateway starts what it wants to have started (spec 2.8). */
  stopAll(): void {
    for (const participant of [...this.open.keys()]) this.stop(participant);
  }
}

const NOTHING = new Uint8Array(0);

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function bytesOf(given: unknown): Buffer | undefined {
  if (typeof given !== 'string' || given.length % 4 === 1 || !BASE64.test(given)) return undefined;
  return Buffer.from(given, 'base64');
}
