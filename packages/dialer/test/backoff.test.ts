import { VirtualClock } from '@jovo-telephony/telephony/testing';
import fc from 'fast-check';
import { backoffMs, type DialAnswer, dialPatiently, retryAfterMs } from '../src';

describe('back-off', () => {
  it('is never shorter than a second nor than what was asked for, and grows to a minute', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.option(fc.integer({ min: 0, max: 600_000 }), { nil: undefined }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (failures, askedMs, random) => {
          const waitMs = backoffMs(failures, askedMs, random);
          expect(waitMs).toBeGreaterThanOrEqual(Math.max(1_000, askedMs ?? 0));
          expect(waitMs).toBeLessThanOrEqual(Math.max(60_000, askedMs ?? 0));
        },
      ),
    );
  });

  it('spreads over the upper half', () => {
    expect([0, 0.5, 0.999_999].map((random) => backoffMs(4, undefined, random))).toEqual([
      4_000, 6_000, 8_000,
    ]);
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['1.5', 1_500],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 30_000],
    ['Wed, 21 Oct 2026 07:00:00 GMT', 0],
    ['soon', undefined],
    ['-3', undefined],
    ['', undefined],
    [null, undefined],
  ])('reads Retry-After %j', (text, waitMs) => {
    expect(retryAfterMs(text, Date.parse('2026-10-21T07:27:30Z'))).toBe(waitMs);
  });
});

describe('one patient call', () => {
  const patiently = async (answers: DialAnswer[], maxTries?: number) => {
    const clock = new VirtualClock();
    const askedAtMs: number[] = [];
    const waits: number[] = [];
    const done = dialPatiently(
      async (attempt) => {
        askedAtMs.push(clock.nowMs());
        return answers[attempt - 1] ?? { result: 'placed' };
      },
      { clock, random: () => 0, maxTries, onWait: (_answer, waitMs) => waits.push(waitMs) },
    );
    await clock.pass(3_600_000);
    return { answer: await done, askedAtMs, waits };
  };

  it('asks again as long as nothing was placed', async () => {
    const { answer, askedAtMs, waits } = await patiently([
      { result: 'throttled' },
      { result: 'throttled', retryAfterMs: 7_000 },
      { result: 'unreachable' },
    ]);
    expect(answer).toEqual({ result: 'placed' });
    expect(askedAtMs).toEqual([0, 1_000, 8_000, 10_000]);
    expect(waits).toEqual([1_000, 7_000, 2_000]);
  });

  it.each<DialAnswer>([
    { result: 'unknown' },
    { result: 'refused', reason: 'bad_request' },
    { result: 'placed' },
  ])('never asks again after %j', async (first) => {
    const { answer, askedAtMs } = await patiently([{ result: 'throttled' }, first]);
    expect(answer).toEqual(first);
    expect(askedAtMs).toHaveLength(2);
  });

  it('gives up at its limit', async () => {
    const { answer, askedAtMs } = await patiently(Array(10).fill({ result: 'throttled' }), 3);
    expect(answer).toEqual({ result: 'throttled' });
    expect(askedAtMs).toHaveLength(3);
  });
});
