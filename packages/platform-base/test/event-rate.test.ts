import { VirtualClock } from '@jovo-telephony/telephony/testing';
import fc from 'fast-check';
import { EventRates } from '../src/event-rate';
import { gist, toyProcess } from './support/toy-platform';

const LIMITS = { eventsAtOnce: 10, eventsPerSecond: 2 };
const words = (call: string, text: string) => ({ type: 'words', call, text });

describe('how many events a call may bring', () => {
  test('so many at once, and then so many a second', async () => {
    const clock = new VirtualClock();
    const rates = new EventRates(LIMITS, clock);
    const come = (count: number) => Array.from({ length: count }, () => rates.take('a'));
    expect(come(10).every((verdict) => verdict === 'within')).toBe(true);
    expect(come(3)).toEqual(['first_over', 'over', 'over']);
    await clock.pass(1_000);
    expect(come(3)).toEqual(['within', 'within', 'over']);
    expect(rates.take('b')).toBe('within');
  });

  test('a flood is told of once, and again when the call was quiet in between', async () => {
    const clock = new VirtualClock();
    const rates = new EventRates(LIMITS, clock);
    const come = (count: number) => Array.from({ length: count }, () => rates.take('a'));
    expect(come(12).filter((verdict) => verdict === 'first_over')).toHaveLength(1);
    await clock.pass(2_000);
    expect(come(12).filter((verdict) => verdict === 'first_over')).toHaveLength(0);
    await clock.pass(6_000);
    expect(come(12).filter((verdict) => verdict === 'first_over')).toHaveLength(1);
  });

  test('who has been quiet is forgotten, and no call gets more than its share, whatever comes when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ call: fc.nat(3), afterMs: fc.nat(3_000) })), async (events) => {
        const clock = new VirtualClock();
        const rates = new EventRates(LIMITS, clock);
        const within = [0, 0, 0, 0];
        for (const { call, afterMs } of events) {
          // The clock alone, without anybody who waits for it.
          await clock.pass(0);
          Reflect.set(clock, 'now', clock.nowMs() + afterMs);
          if (rates.take(`c${call}`) === 'within') within[call] = (within[call] ?? 0) + 1;
        }
        for (const count of within) expect(count).toBeLessThanOrEqual(10 + (clock.nowMs() * 2) / 1000);
        expect(rates.size).toBeLessThanOrEqual(4);
        Reflect.set(clock, 'now', clock.nowMs() + 6_000);
        rates.take('other');
        expect(rates.size).toBe(1);
      }),
      { numRuns: 20 },
    );
  });
});

describe('2,000 frames at once on one call', () => {
  const sayText = async () => {
    const clock = new VirtualClock();
    const process = await toyProcess(
      function ({ text, type }) {
        return this.$send(text ?? type);
      },
      { clock },
    );
    return { clock, ...process };
  };

  test('most of them are dropped, with one warning; its end is heard all the same', async () => {
    const { socket, heard, warnings, platform } = await sayText();
    const line = socket();
    await line.say({ type: 'start', call: 'a' });
    const frames = Array.from({ length: 2_000 }, (_, nth) => line.say(words('a', `word ${nth}`)));
    await Promise.all([...frames, line.say({ type: 'end', call: 'a' })]);
    expect(heard.length).toBeLessThanOrEqual(152);
    expect(heard.at(-1)?.type).toBe('SESSION_END');
    expect(platform.receiver.calls.size).toBe(0);
    expect(warnings.filter((warning) => warning.includes('too many'))).toHaveLength(1);
  });

  test('another call is answered in the meantime', async () => {
    const { socket, post, heard } = await sayText();
    const line = socket();
    await line.say({ type: 'start', call: 'a' });
    const frames = Array.from({ length: 200 }, (_, nth) =>
      line.say({ type: 'key', call: 'a', text: `${nth}` }),
    );
    const answered = await post(words('b', 'hello'));
    expect(gist(answered)).toEqual(['hello']);
    // Not behind all of them.
    expect(heard.filter(({ call }) => call === 'a').length).toBeLessThan(100);
    await Promise.all(frames);
  });
});
