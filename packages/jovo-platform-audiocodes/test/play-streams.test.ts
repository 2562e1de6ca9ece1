import { VirtualClock } from '@jovo-telephony/telephony/testing';
import fc from 'fast-check';
import { bytesPerSecond, MEDIA_FORMAT_NAMES } from '../src/media-formats';
import type { Reply } from '../src/session/frames';
import { PlayStreams } from '../src/session/play-streams';
import { json } from './support/fixtures';

const ID = '3f1c8e52-7a0b-4d7e-9a35-5c1b2e6d9f10';

describe('what we play', () => {
  test('one stream at a time, with an id of its own, and nothing after its end', () => {
    const sent: Reply[] = [];
    const play = new PlayStreams(ID, (reply) => sent.push(reply), new VirtualClock());
    const first = play.start({
      mediaFormat: 'raw/lpcm16',
      altText: 'Welcome!',
      activityParams: { bargeIn: false },
    });
    const { audioChunk } = json<{ audioChunk: string }>('ws-play-stream-chunk.json');
    expect(play.chunk(first, Buffer.from(audioChunk, 'base64'))).toBe(true);
    const second = play.start({ mediaFormat: 'raw/lpcm16_24', targetPlayer: 'p' });
    expect(play.chunk(first, Buffer.from([1, 2]))).toBe(false);
    play.stop(first);
    play.stop(second);
    play.stop();
    expect(sent).toEqual([
      json('ws-play-stream-start.json'),
      json('ws-play-stream-chunk.json'),
      json('ws-play-stream-stop.json'),
      {
        type: 'playStream.start',
        conversationId: ID,
        streamId: '2',
        mediaFormat: 'raw/lpcm16_24',
        targetPlayer: 'p',
      },
      { type: 'playStream.stop', conversationId: ID, streamId: '2' },
    ]);
  });

  test('a lost socket takes the stream with it', () => {
    const sent: Reply[] = [];
    const play = new PlayStreams(ID, (reply) => sent.push(reply), new VirtualClock());
    const first = play.start({ mediaFormat: 'raw/lpcm16' });
    play.lost();
    expect(play.chunk(first, Buffer.from([1]))).toBe(false);
    play.start({ mediaFormat: 'raw/lpcm16' });
    expect(sent.map(({ streamId }) => streamId)).toEqual(['1', '2']);
  });

  test('a later socket of the conversation does not use an id again', () => {
    const sent: Reply[] = [];
    for (const prefix of ['', 'b-'])
      new PlayStreams(ID, (reply) => sent.push(reply), new VirtualClock(), prefix).start({
        mediaFormat: 'raw/lpcm16',
      });
    expect(sent.map(({ streamId }) => streamId)).toEqual(['1', 'b-1']);
  });
});

describe('when sound leaves (spec 2.6, disagreement 32)', () => {
  /** What was sent at which time, in milliseconds of sound. */
  function playing() {
    const clock = new VirtualClock();
    const sent: { atMs: number; type: string; bytes: Buffer }[] = [];
    const play = new PlayStreams(
      ID,
      ({ type, audioChunk = '' }: Reply & { audioChunk?: string }) =>
        sent.push({ atMs: clock.nowMs(), type, bytes: Buffer.from(audioChunk, 'base64') }),
      clock,
    );
    return { clock, sent, play };
  }

  test('a long answer leaves at the speed at which it is heard, a second ahead, and its end after it', async () => {
    const { clock, sent, play } = playing();
    const stream = play.start({ mediaFormat: 'raw/lpcm16' });
    play.chunk(stream, Buffer.alloc(bytesPerSecond('raw/lpcm16') * 5, 1));
    play.stop(stream);
    expect(sent.length).toBe(1 + 10);
    await clock.pass(3_999);
    expect(sent.at(-1)?.type).toBe('playStream.chunk');
    await clock.pass(1);
    expect(sent.at(-1)).toMatchObject({ type: 'playStream.stop', atMs: 4_000 });
    expect(clock.pending).toBe(0);
  });

  test('who interrupts hears no more of it, and the next answer need not wait', async () => {
    const { clock, sent, play } = playing();
    const stream = play.start({ mediaFormat: 'raw/mulaw' });
    play.chunk(stream, Buffer.alloc(80_000, 1));
    await clock.pass(500);
    play.cut();
    const before = sent.length;
    expect(sent.at(-1)?.type).toBe('playStream.stop');
    expect(play.chunk(stream, Buffer.alloc(80, 1))).toBe(false);
    play.cut();
    await clock.pass(20_000);
    expect(sent.length).toBe(before);
    play.chunk(play.start({ mediaFormat: 'raw/mulaw' }), Buffer.alloc(80, 1));
    expect(sent.slice(before).map(({ type }) => type)).toEqual(['playStream.start', 'playStream.chunk']);
  });

  test('however it comes: all of it leaves, in order, never more than a second ahead, never later than it is heard', async () => {
    const pieces = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 9_000 })),
      {
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...MEDIA_FORMAT_NAMES), pieces, async (mediaFormat, given) => {
        const { clock, sent, play } = playing();
        const stream = play.start({ mediaFormat });
        const all: Buffer[] = [];
        for (const [waitMs, bytes] of given) {
          const audio = Buffer.alloc(bytes, all.length + 1);
          all.push(audio);
          play.chunk(stream, audio);
          await clock.pass(waitMs);
        }
        play.stop(stream);
        await clock.pass(60_000);
        expect(sent.at(-1)?.type).toBe('playStream.stop');
        expect(Buffer.concat(sent.map(({ bytes }) => bytes)).equals(Buffer.concat(all))).toBe(true);
        let heardAtMs = 0;
        for (const { atMs, bytes } of sent) {
          heardAtMs = Math.max(heardAtMs, atMs) + (bytes.length / bytesPerSecond(mediaFormat)) * 1_000;
          expect(heardAtMs - atMs).toBeLessThanOrEqual(1_000.001);
        }
      }),
      { numRuns: 200 },
    );
  });
});
