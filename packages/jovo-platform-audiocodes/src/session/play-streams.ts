import type { MediaFormat } from '../media-formats';
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

/**
 * What we play on one socket, as audio (spec 2.6): at most one stream is open, ids are unique, and nothing is sent
 * for a stream that has ended. Pacing is the player's own matter.
 */
export class PlayStreams {
  private count = 0;
  private current: string | undefined;

  constructor(
    private readonly conversationId: string,
    private readonly say: Say,
    /** Keeps the ids of a later socket apart from those of the ones before: a conversation has each id once. */
    private readonly idPrefix = '',
  ) {}

  /** Ends the stream that is open, if one is. Returns the id of the new one. */
  start({ mediaFormat, altText, activityParams, targetPlayer }: PlayOptions): string {
    this.stop();
    this.count += 1;
    const streamId = `${this.idPrefix}${this.count}`;
    this.current = streamId;
    this.send('playStream.start', {
      streamId,
      mediaFormat,
      ...(altText && { altText }),
      ...(activityParams && { activityParams }),
      ...(targetPlayer && { targetPlayer }),
    });
    return streamId;
  }

  /** Returns false for a stream that is no longer open. */
  chunk(streamId: string, audio: Uint8Array): boolean {
    if (streamId !== this.current) return false;
    const audioChunk = Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString('base64');
    if (audioChunk !== '') this.send('playStream.chunk', { streamId, audioChunk });
    return true;
  }

  /** The end of the data; what is buffered plays on. Without an id, of whatever is open. */
  stop(streamId = this.current): void {
    if (streamId === undefined || streamId !== this.current) return;
    this.current = undefined;
    this.send('playStream.stop', { streamId });
  }

  /** The socket is gone, and with it the stream (spec 2.8). */
  lost(): void {
    this.current = undefined;
  }

  private send(type: Reply['type'], fields: Readonly<Record<string, unknown>>): void {
    this.say({ type, conversationId: this.conversationId, ...fields });
  }
}
