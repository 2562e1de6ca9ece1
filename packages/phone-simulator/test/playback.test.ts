import * as fc from 'fast-check';
import {
  type BargeInStrategy,
  type CutBy,
  Playback,
  type PlaybackOptions,
  type Sound,
  VirtualClock,
} from '../src';

/** A playback whose every sign of life is written down. */
function stage(options: Partial<PlaybackOptions> = {}) {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const at = (what: string) => seen.push(`${clock.now()} ${what}`);
  const count = { started: 0, ended: 0, cut: 0, speechEnded: 0, timedOut: 0 };
  const playback = new Playback(
    clock,
    {
      started: (sound) => {
        count.started++;
        at(`starts ${sound.text}`);
      },
      ended: (sound, { heardText, cutBy }) => {
        count[cutBy ? 'cut' : 'ended']++;
        at(cutBy ? `${cutBy} cuts ${sound.text} at "${heardText}"` : `ends ${sound.text}`);
      },
      ranDry: () => undefined,
      speechEnded: () => {
        count.speechEnded++;
        at('speech_ended');
      },
      inputTimedOut: () => {
        count.timedOut++;
        at('timeout');
      },
    },
    options,
  );
  return { clock, seen, playback, count };
}

const sound = (text: string, durationMs: number, more: Partial<Sound> = {}): Sound => ({
  kind: 'speak',
  text,
  durationMs,
  bargeIn: { strategy: 'minimum_characters', minimum_characters: 3 },
  ...more,
});

test('sounds are queued, each one is followed by its speech_ended', () => {
  const { clock, seen, playback } = stage();
  playback.enqueue(sound('eins', 1000));
  playback.enqueue(sound('zwei', 500));
  expect(playback.state).toBe('speaking');
  clock.tick(5000);
  expect(seen).toEqual([
    '0 starts eins',
    '1000 ends eins',
    '1000 speech_ended',
    '1000 starts zwei',
    '1500 ends zwei',
    '1500 speech_ended',
  ]);
  expect(playback.state).toBe('idle');
});

test('speech_ended can come once per queue', () => {
  const { clock, count, playback } = stage({ speechEnded: 'per_queue' });
  playback.enqueue(sound('eins', 1000));
  playback.enqueue(sound('zwei', 500));
  clock.tick(5000);
  expect(count).toMatchObject({ ended: 2, speechEnded: 1 });
});

describe('input timeout', () => {
  test('comes once, that long after the end of playback', () => {
    const { clock, seen, playback } = stage();
    playback.enqueue(sound('bitte', 1000, { inputTimeoutMs: 3000 }));
    clock.tick(1500);
    expect(playback.state).toBe('listening');
    clock.tick(60_000);
    expect(seen.slice(-1)).toEqual(['4000 timeout']);
  });

  test('the last speak decides; a clip behind it delays it', () => {
    const { clock, seen, playback } = stage();
    playback.enqueue(sound('bitte', 1000, { inputTimeoutMs: 3000 }));
    playback.enqueue(sound('[clip]', 500, { kind: 'audio' }));
    clock.tick(10_000);
    expect(seen.slice(-1)).toEqual(['4500 timeout']);

    const other = stage();
    other.playback.enqueue(sound('bitte', 1000, { inputTimeoutMs: 3000 }));
    other.playback.enqueue(sound('danke', 500));
    other.clock.tick(10_000);
    expect(other.count.timedOut).toBe(0);
  });

  test('a voice and a new sound cancel it', () => {
    const { clock, count, playback } = stage();
    playback.enqueue(sound('bitte', 1000, { inputTimeoutMs: 3000 }));
    clock.tick(2000);
    playback.voiceStarts(5, 100);
    clock.tick(100);
    playback.voiceEnds();
    clock.tick(60_000);
    playback.enqueue(sound('bitte', 1000, { inputTimeoutMs: 3000 }));
    clock.tick(2000);
    playback.enqueue(sound('noch was', 1000));
    clock.tick(60_000);
    expect(count.timedOut).toBe(0);
  });

  test.each([
    ['keeps', '4000 timeout'],
    ['restarts', '5500 timeout'],
    ['cancels', '1000 speech_ended'],
  ] as const)('a key %s it', (keyPress, last) => {
    const { clock, seen, playback } = stage({ keyPress });
    playback.enqueue(sound('bitte', 1000, { inputTimeoutMs: 3000 }));
    clock.tick(2500);
    playback.keyPressed();
    clock.tick(60_000);
    expect(seen.at(-1)).toBe(last);
  });
});

describe('interruption (spec 9)', () => {
  const TEN_SECONDS = 'zehn Sekunden'.padEnd(100, '.');

  /** The caller talks 20 characters in 2 s, from second 1 on; returns when playback was cut. */
  const talkOver = (bargeIn: Sound['bargeIn'], characters = 20, durationMs = 2000) => {
    const { clock, seen, playback } = stage();
    playback.enqueue(sound(TEN_SECONDS, 10_000, { bargeIn }));
    clock.tick(1000);
    playback.voiceStarts(characters, durationMs);
    clock.tick(durationMs);
    const interrupted = playback.voiceEnds();
    clock.tick(20_000);
    const cut = seen.find((line) => line.includes('caller cuts'));
    expect(interrupted).toBe(cut !== undefined);
    return cut ? Number(cut.split(' ')[0]) : undefined;
  };

  test.each<[string, Sound['bargeIn'], number | undefined]>([
    ['immediate: at the onset', { strategy: 'immediate' }, 1060],
    ['immediate, protected at first', { strategy: 'immediate', allow_after_ms: 2000 }, 2000],
    ['immediate, protected too long', { strategy: 'immediate', allow_after_ms: 4000 }, undefined],
    ['3 characters by default', { strategy: 'minimum_characters' }, 1300],
    ['10 characters', { strategy: 'minimum_characters', minimum_characters: 10 }, 2000],
    ['more characters than are said', { strategy: 'minimum_characters', minimum_characters: 21 }, undefined],
    ['manual: never by the caller', { strategy: 'manual' }, undefined],
    ['none: never by the caller', { strategy: 'none' }, undefined],
  ])('%s', (_name, bargeIn, cutAtMs) => {
    expect(talkOver(bargeIn)).toBe(cutAtMs);
  });

  test('noise interrupts an immediate sound only', () => {
    expect(talkOver({ strategy: 'immediate' }, 0, 500)).toBe(1060);
    expect(talkOver({ strategy: 'minimum_characters', minimum_characters: 1 }, 0, 500)).toBeUndefined();
  });

  test('the part that was heard is kept, the rest of the queue forgotten, nothing ends', () => {
    const { clock, count, seen, playback } = stage();
    playback.enqueue(sound('0123456789', 1000, { inputTimeoutMs: 100 }));
    playback.enqueue(sound('nie', 1000));
    clock.tick(450);
    playback.voiceStarts(5, 0);
    expect(playback.voiceEnds()).toBe(true);
    expect(playback.state).toBe('idle');
    clock.tick(10_000);
    expect(seen).toEqual(['0 starts 0123456789', '450 caller cuts 0123456789 at "0123"']);
    expect(count.speechEnded).toBe(0);
  });

  test('an interrupted sound can be followed by speech_ended', () => {
    const { count, playback } = stage({ speechEndedAfterCut: true });
    playback.enqueue(sound('hallo', 1000));
    playback.stop('barge_in');
    expect(count).toMatchObject({ cut: 1, speechEnded: 1 });
  });

  test('the barge_in action stops a sound that nobody may interrupt, and is harmless in silence', () => {
    const { playback, count } = stage();
    playback.stop('barge_in');
    playback.enqueue(sound('Belehrung', 1000, { bargeIn: { strategy: 'none' } }));
    playback.stop('barge_in');
    expect(playback.state).toBe('idle');
    expect(count).toMatchObject({ started: 1, cut: 1 });
  });
});

test('a closed playback stays silent', () => {
  const { clock, count, playback } = stage();
  playback.enqueue(sound('eins', 1000, { inputTimeoutMs: 100 }));
  playback.close('hangup');
  playback.enqueue(sound('zwei', 1000));
  clock.tick(10_000);
  expect(playback.state).toBe('closed');
  expect(count).toEqual({ started: 1, ended: 0, cut: 1, speechEnded: 0, timedOut: 0 });
});

test('10,000 instant sounds play at once', () => {
  const { count, playback } = stage();
  for (let i = 0; i < 10_000; i++) playback.enqueue(sound('x', 0));
  expect(count).toMatchObject({ started: 10_000, ended: 10_000, speechEnded: 10_000 });
});

describe('properties', () => {
  const strategy = fc.constantFrom(
    'immediate',
    'minimum_characters',
    'manual',
    'none',
  ) as fc.Arbitrary<BargeInStrategy>;
  const enqueue = fc.record({
    do: fc.constant('enqueue' as const),
    durationMs: fc.integer({ min: 0, max: 5000 }),
    strategy,
    allowAfterMs: fc.integer({ min: 0, max: 3000 }),
    inputTimeoutMs: fc.option(fc.integer({ min: 1, max: 4000 }), { nil: undefined }),
    kind: fc.constantFrom('speak', 'audio') as fc.Arbitrary<Sound['kind']>,
  });
  const command = fc.oneof(
    enqueue,
    fc.record({
      do: fc.constant('talk' as const),
      characters: fc.nat(40),
      durationMs: fc.integer({ min: 0, max: 3000 }),
    }),
    fc.record({ do: fc.constant('tick' as const), ms: fc.integer({ min: 0, max: 6000 }) }),
    fc.record({
      do: fc.constant('stop' as const),
      by: fc.constantFrom('barge_in', 'transfer') as fc.Arbitrary<CutBy>,
    }),
    fc.record({ do: fc.constant('key' as const) }),
    fc.record({ do: fc.constant('close' as const) }),
  );
  const options = fc.record({
    speechEnded: fc.constantFrom('per_action' as const, 'per_queue' as const),
    speechEndedAfterCut: fc.boolean(),
    keyPress: fc.constantFrom('keeps' as const, 'restarts' as const, 'cancels' as const),
  });

  test('whatever happens: what starts ends once, cuts never leave it speaking, nothing follows the end', () => {
    fc.assert(
      fc.property(options, fc.array(command, { maxLength: 40 }), (chosen, commands) => {
        const { clock, seen, playback, count } = stage(chosen);
        let closedAt: number | undefined;
        for (const c of commands) {
          const before = { ...count };
          switch (c.do) {
            case 'enqueue':
              playback.enqueue(
                sound('wort', c.durationMs, {
                  kind: c.kind,
                  inputTimeoutMs: c.inputTimeoutMs,
                  bargeIn: { strategy: c.strategy, allow_after_ms: c.allowAfterMs },
                }),
              );
              break;
            case 'talk': {
              playback.voiceStarts(c.characters, c.durationMs);
              clock.tick(c.durationMs);
              const interrupted = playback.voiceEnds();
              expect(interrupted).toBe(count.cut > before.cut);
              if (interrupted) expect(playback.state).not.toBe('speaking');
              break;
            }
            case 'tick':
              clock.tick(c.ms);
              break;
            case 'stop':
              playback.stop(c.by);
              expect(playback.state).not.toBe('speaking');
              break;
            case 'key':
              playback.keyPressed();
              break;
            case 'close':
              playback.close('hangup');
              closedAt ??= seen.length;
              break;
          }
          expect(playback.state === 'speaking').toBe(playback.current !== undefined);
          expect(count.started - count.ended - count.cut).toBe(playback.current ? 1 : 0);
          expect(count.timedOut).toBeLessThanOrEqual(count.started);
        }
        clock.tick(1_000_000);
        expect(count.ended + count.cut).toBe(count.started);
        if (closedAt !== undefined) expect(seen.length).toBe(closedAt);
        else if (chosen.speechEnded === 'per_action') {
          expect(count.speechEnded).toBe(count.ended + (chosen.speechEndedAfterCut ? count.cut : 0));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
