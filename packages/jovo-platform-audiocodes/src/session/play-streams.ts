import type { Clock } from '@jovo-telephony/telephony';
import { bytesPerSecond, type MediaFormat } from '../media-formats';
import type { ActivityParams } from '../parameters/parameters';
import type { Reply } from './frames';

/** How a stream of ours is announced (spec 2.5). */
export interface PlayOptions {
  mediaFormat: MediaFormat;
  /** Stands for the sound in transcripts. */
  altText?: string;
  /** For this prompt only, for example `bargeIn`. */
  activityParams?: ActivityParams;
  /** Which player, where a bot speaks to some of the people in a call. */
  targetPlayer?: string;
}

/** Says something on the socket of a session. */
export type Say = (reply: Reply) => void;

/** How far what is sent may be ahead of what is heard: a caller who interrupts must not be played a minute more. */
const LEAD_MS = 1_000;
/** The longest piece that is sent at once. */
const PIECE_MS = 100;

type Step =
  | { do: 'start'; fields: { streamId: string } & PlayOptions }
  | { do: 'piece'; streamId: string; audio: Uint8Array; durationMs: number }
  | { do: 'stop'; streamId: string };

/**
 * What we play on one socket, as audio (spec 2.6): at most one stream is open, ids are unique, nothing is sent for a
 * stream that has ended, and sound leaves at most a second before it is heard.
 */
export class PlayStreams {
  private count = 0;
  /** The stream that more can be said on. */
  private current: { streamId: string; bytesPerMs: number } | undefined;
  private steps: Step[] = [];
  /** The stream that the gateway knows to be open. */
  private begun: string | undefined;
  /** When what has been sent will have been heard. */
  private heardAtMs = 0;
  private stopWaiting: (() => void) | undefined;

  constructor(
    private readonly conversationId: string,
    private readonly say: Say,
    private readonly clock: Clock,
    /** Keeps the ids of a later socket apart from those of the ones before: a conversation has each id once. */
    private readonly idPrefix = '',
  ) {}

  /** Ends the stream that is open, if one is. Returns the id of the new one. */
  start({ mediaFormat, altText, activityParams, targetPlayer }: PlayOptions): string {
    this.stop();
    this.count += 1;
    const streamId = `${this.idPrefix}${this.count}`;
    this.current = { streamId, bytesPerMs: bytesPerSecond(mediaFormat) / 1_000 };
    const fields = {
      streamId,
      mediaFormat,
      ...(altText && { altText }),
      ...(activityParams && { activityParams }),
      ...(targetPlayer && { targetPlayer }),
    };
    this.add({ do: 'start', fields });
    return streamId;
  }

  /** As much as there is, as soon as it is there: it leaves when it is time. False for a stream that has ended. */
  chunk(streamId: string, audio: Uint8Array): boolean {
    if (streamId !== this.current?.streamId) return false;
    const { bytesPerMs } = this.current;
    const atOnce = bytesPerMs * PIECE_MS;
    for (let from = 0; from < audio.byteLength; from += atOnce) {
      const piece = audio.subarray(from, from + atOnce);
      this.add({ do: 'piece', streamId, audio: piece, durationMs: piece.byteLength / bytesPerMs });
    }
    return true;
  }

  /** The end of the data; what is there plays on. Without an id, of whatever is open. */
  stop(streamId = this.current?.streamId): void {
    if (streamId === undefined || streamId !== this.current?.streamId) return;
    this.current = undefined;
    this.add({ do: 'stop', streamId });
  }

  /** The caller speaks: nothing more leaves, and the stream that is open ends now (spec 2.7). */
  cut(): void {
    const streamId = this.begun;
    this.lost();
    if (streamId !== undefined) this.send('playStream.stop', { streamId });
  }

  /** The socket is gone, and with it the stream (spec 2.8). */
  lost(): void {
    this.current = undefined;
    this.begun = undefined;
    this.steps = [];
    this.stopWaiting?.();
    this.stopWaiting = undefined;
    this.heardAtMs = 0;
  }

  private add(step: Step): void {
    this.steps.push(step);
    if (!this.stopWaiting) this.go();
  }

  private readonly go = (): void => {
    this.stopWaiting = undefined;
    for (let [step] = this.steps; step; [step] = this.steps) {
      const nowMs = this.clock.nowMs();
      if (step.do === 'piece') {
        const heardAtMs = Math.max(this.heardAtMs, nowMs) + step.durationMs;
        const tooSoonMs = heardAtMs - nowMs - LEAD_MS;
        if (tooSoonMs > 0) {
          this.stopWaiting = this.clock.after(Math.ceil(tooSoonMs), this.go);
          return;
        }
        this.heardAtMs = heardAtMs;
      }
      this.steps.shift();
      this.carryOut(step);
    }
  };

  private carryOut(step: Step): void {
    if (step.do === 'start') {
      this.begun = step.fields.streamId;
      this.send('playStream.start', step.fields);
    } else if (step.do === 'stop') {
      this.begun = undefined;
      this.send('playStream.stop', { streamId: step.streamId });
    } else this.send('playStream.chunk', { streamId: step.streamId, audioChunk: base64(step.audio) });
  }

  private send(type: Reply['type'], fields: object): void {
    this.say({ type, conversationId: this.conversationId, ...fields });
  }
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
