import fc from 'fast-check';
import { SPEAKING_RATE, SpeechClock, speechDurationMs, speechStart } from '../src';

describe('how long a text is heard', () => {
  test.each([
    ['', 0],
    ['   ', 0],
    ['<speak><break/></speak>', 0],
    ['x'.repeat(14), 1_400],
    [`<speak>${'x'.repeat(14)}</speak>`, 1_400],
    ['x'.repeat(140), 10_400],
  ])('%p: %d ms', (text, ms) => expect(speechDurationMs(text)).toBe(ms));

  test('a longer text is never shorter', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const plain = (text: string) => text.replace(/[<>\s]/g, 'x');
        expect(speechDurationMs(plain(a) + plain(b))).toBeGreaterThanOrEqual(speechDurationMs(plain(a)));
      }),
    );
    expect(SPEAKING_RATE.pauseMs).toBeGreaterThan(0);
  });

  test('markup of any size is read in no time', () => {
    const startedMs = performance.now();
    speechDurationMs('<'.repeat(1_000_000));
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});

describe('whether the caller is being spoken to', () => {
  test('from sending to the signal', () => {
    const clock = new SpeechClock();
    expect(clock.speaking).toBe(false);
    clock.sent(1_000, 0);
    expect([clock.speaking, clock.remainingMs(400), clock.endsAtMs]).toEqual([true, 600, 1_000]);
    expect(clock.ended(900)).toBe(true);
    expect([clock.speaking, clock.remainingMs(900)]).toEqual([false, 0]);
  });

  test('pieces follow one another, and each has its signal', () => {
    const clock = new SpeechClock();
    clock.sent(1_000, 0);
    clock.sent(2_000, 100);
    expect(clock.endsAtMs).toBe(3_000);
    expect(clock.ended(1_000)).toBe(false);
    expect(clock.ended(3_000)).toBe(true);
  });

  test('one signal for all of them is believed when the last one must be nearly over', () => {
    const clock = new SpeechClock();
    for (const atMs of [0, 10, 20]) clock.sent(1_000, atMs);
    expect(clock.ended(2_600)).toBe(true);
  });

  test('a voice that is faster or slower than the estimate: what follows is reckoned from the signal', () => {
    for (const realMs of [700, 1_300]) {
      const clock = new SpeechClock();
      for (const atMs of [0, 10, 20]) clock.sent(1_000, atMs);
      expect([clock.ended(realMs), clock.endsAtMs]).toEqual([false, realMs + 2_000]);
      expect([clock.ended(2 * realMs), clock.endsAtMs]).toEqual([false, 2 * realMs + 1_000]);
      expect(clock.ended(3 * realMs)).toBe(true);
    }
  });

  test('two pieces that were joined on the way have one signal', () => {
    const clock = new SpeechClock();
    for (const durationMs of [1_000, 1_000, 3_000]) clock.sent(durationMs, 0);
    expect([clock.ended(1_900), clock.pieces, clock.endsAtMs]).toEqual([false, 1, 4_900]);
  });

  test('whoever wants to know hears of each end, until they want no more', () => {
    const clock = new SpeechClock();
    let heard = 0;
    const stop = clock.onEnded(() => {
      heard += 1;
    });
    clock.sent(1_000, 0);
    clock.ended(900);
    stop();
    clock.ended(1_000);
    expect(heard).toBe(1);
  });

  test('what it knows is plain data: another clock goes on with it', () => {
    const state = speechStart();
    new SpeechClock(state).sent(1_000, 0);
    const other = new SpeechClock(JSON.parse(JSON.stringify(state)));
    expect([other.speaking, other.remainingMs(400)]).toEqual([true, 600]);
  });

  test('cut off means silence', () => {
    const clock = new SpeechClock();
    clock.sent(5_000, 0);
    clock.stopped();
    expect([clock.speaking, clock.remainingMs(0)]).toEqual([false, 0]);
    clock.sent(1_000, 200);
    expect(clock.endsAtMs).toBe(1_200);
  });

  test('silence is told of what was heard to its end; of what has only just begun it cannot be', () => {
    const clock = new SpeechClock();
    clock.sent(6_000, 0);
    clock.silent(2_000);
    expect([clock.speaking, clock.endsAtMs]).toEqual([true, 6_000]);
    clock.silent(2_800);
    expect(clock.speaking).toBe(false);
    // Cut off, and an end that may be that of either.
    clock.sent(6_000, 3_000);
    clock.stopped();
    clock.sent(6_000, 3_100);
    clock.ended(3_200);
    clock.silent(3_300);
    expect(clock.speaking).toBe(false);
    // A short sentence, whose end the network has forgotten to tell.
    clock.sent(1_000, 10_000);
    clock.silent(11_000);
    expect(clock.speaking).toBe(false);
  });

  test('the end of what was cut off, told late, is not the end of what was sent since', () => {
    const clock = new SpeechClock();
    clock.sent(1_000, 0);
    clock.stopped();
    clock.sent(2_000, 950);
    expect([clock.ended(1_000), clock.speaking, clock.endsAtMs]).toEqual([false, true, 2_950]);
    // Once is enough, and a voice may well be faster than we think.
    expect(clock.ended(1_050)).toBe(true);
    clock.sent(1_000, 3_000);
    clock.stopped();
    clock.sent(2_000, 3_100);
    expect(clock.ended(4_000)).toBe(true);
  });

  test('a signal for nothing is harmless', () => {
    const clock = new SpeechClock();
    expect(clock.ended(5)).toBe(true);
    clock.sent(1_000, 10);
    expect(clock.speaking).toBe(true);
  });

  test('whatever happens: time left is never negative, and as many signals as pieces end it', () => {
    const step = fc.record({ what: fc.constantFrom('sent', 'ended', 'stopped'), ms: fc.nat(5_000) });
    fc.assert(
      fc.property(fc.array(step), (script) => {
        const clock = new SpeechClock();
        let nowMs = 0;
        let pieces = 0;
        for (const { what, ms } of script) {
          nowMs += ms;
          if (what === 'sent') clock.sent(ms, nowMs);
          else if (what === 'ended') clock.ended(nowMs);
          else clock.stopped();
          const ignored = what === 'ended' && clock.pieces === pieces;
          pieces =
            what === 'sent'
              ? pieces + 1
              : what === 'ended' && !ignored
                ? Math.max(0, pieces - 1)
                : what === 'stopped'
                  ? 0
                  : pieces;
          // A signal may end more than one.
          expect(clock.pieces).toBeLessThanOrEqual(pieces);
          if (what !== 'ended') expect(clock.pieces).toBe(pieces);
          pieces = clock.pieces;
          expect(clock.remainingMs(nowMs)).toBeGreaterThanOrEqual(0);
          expect(clock.speaking).toBe(pieces > 0);
        }
        // The first of them may be that of what was cut off.
        for (clock.ended(nowMs); pieces > 0; pieces -= 1) clock.ended(nowMs);
        expect(clock.speaking).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });
});
