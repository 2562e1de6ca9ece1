import { SpeechClock, speechDurationMs } from '@jovo-telephony/telephony';
import { BrainTimeout, type ReplyEvent, type Spoken, spokenStream } from '../../src/agent/spoken-stream';
import { QuickClock, randomOf } from '../support/quick-clock';

const PATIENCE = { fillerAfterMs: 900, maxSilenceMs: 2_200, answerWithinMs: 6_000 };
const FILLERS = ['Einen Moment bitte.', 'Ich bin gleich so weit.', 'Einen kleinen Augenblick noch.'];
const SORRY = 'Entschuldigung, da ist gerade etwas schiefgegangen.';
/** The caller's words have been over for so long when they reach us. */
const END_OF_TURN_MS = 500;

interface Sound {
  text: string;
  kind: 'say' | 'filler' | 'sorry';
  startsAtMs: number;
  endsAtMs: number;
}

/** What is said on a line whose voice is faster or slower than we think, and which tells when a sound has ended. */
class Line {
  readonly clock = new QuickClock();
  readonly speech = new SpeechClock();
  readonly sounds: Sound[] = [];

  constructor(private readonly pace: number) {}

  play(text: string, kind: Sound['kind']): void {
    const startsAtMs = Math.max(this.clock.nowMs(), this.sounds.at(-1)?.endsAtMs ?? 0);
    const endsAtMs = startsAtMs + speechDurationMs(text) * this.pace;
    this.sounds.push({ text, kind, startsAtMs, endsAtMs });
    this.speech.sent(speechDurationMs(text), this.clock.nowMs());
    this.clock.after(endsAtMs - this.clock.nowMs(), () => this.speech.ended(this.clock.nowMs()));
  }

  /** The longest silence, from the caller's last word on. */
  get silenceMs(): number {
    let sinceMs = -END_OF_TURN_MS;
    return this.sounds.reduce((longestMs, { startsAtMs, endsAtMs }) => {
      const silentMs = startsAtMs - sinceMs;
      sinceMs = endsAtMs;
      return Math.max(longestMs, silentMs);
    }, 0);
  }

  /** The longest wait for an answer or an apology, fillers left out. */
  get waitMs(): number {
    let sinceMs = -END_OF_TURN_MS;
    return this.sounds
      .filter(({ kind }) => kind !== 'filler')
      .reduce((longestMs, { startsAtMs, endsAtMs }) => {
        const waitedMs = startsAtMs - sinceMs;
        sinceMs = endsAtMs;
        return Math.max(longestMs, waitedMs);
      }, 0);
  }
}

/** A stream of words with these pauses before each, and one that never ends behind them if it hangs. */
async function* words(
  text: string,
  pausesMs: number[],
  hangs: boolean,
  clock: QuickClock,
): AsyncGenerator<ReplyEvent> {
  for (const [index, word] of text.split(' ').entries()) {
    await new Promise<void>((resolve) => clock.after(pausesMs[index] ?? 0, resolve));
    yield { type: 'text', text: `${word} ` };
  }
  if (hangs) await new Promise(() => {});
}

async function listen(
  reply: (clock: QuickClock) => AsyncIterable<ReplyEvent>,
  options: { pace?: number; tells?: boolean; patience?: typeof PATIENCE } = {},
): Promise<Line> {
  const line = new Line(options.pace ?? 1);
  const { clock } = line;
  const stream = spokenStream(reply(clock), new AbortController().signal, {
    clock,
    language: () => 'de',
    patience: options.patience ?? PATIENCE,
    sinceMs: 0,
    fillers: FILLERS,
    line: options.tells === false ? undefined : line.speech,
  });
  let over = false;
  const heard = (async () => {
    for await (const spoken of stream as AsyncIterable<Extract<Spoken, { text: string }>>)
      line.play(spoken.text, spoken.type);
  })()
    .catch((error: unknown) => {
      if (!(error instanceof BrainTimeout)) throw error;
      line.play(SORRY, 'sorry');
    })
    .finally(() => {
      over = true;
    });
  for (let steps = 0; steps < 1_000 && !over; steps += 1) await clock.pass(100);
  await heard;
  return line;
}

const shown = ({ sounds }: Line) =>
  sounds.map(({ text, startsAtMs }) => `${(startsAtMs / 1_000).toFixed(1)} ${text}`);

test('a brain that never answers: two fillers, the second over when the apology comes', async () => {
  const line = await listen((clock) => words('', [60_000], false, clock));
  expect(shown(line)).toEqual([`0.9 ${FILLERS[0]}`, `3.2 ${FILLERS[1]}`, `5.3 ${SORRY}`]);
});

test('where a filler waits for 1.5 s, there is room for one only, and the apology comes instead of the second', async () => {
  const patience = { ...PATIENCE, fillerAfterMs: 1_500 };
  const line = await listen((clock) => words('', [60_000], false, clock), { patience });
  expect(line.sounds.map(({ kind }) => kind)).toEqual(['filler', 'sorry']);
  expect(line.silenceMs).toBeLessThanOrEqual(2_500);
});

test('a piece that is certain to come in a moment comes without a filler in front of it', async () => {
  const text = 'Wir haben von neun bis';
  const line = await listen((clock) => words(text, [], true, clock));
  expect(line.sounds[0]).toMatchObject({ text, kind: 'say', startsAtMs: 1_500 });
});

test('a voice that is faster than we think leaves no silence behind it, if the network tells', async () => {
  const text = 'Das ist ein ganzer Satz, der eine Weile dauert, wenn man ihn langsam spricht.';
  const hangs = (clock: QuickClock) => words(text, [], true, clock);
  const told = await listen(hangs, { pace: 0.6 });
  const guessed = await listen(hangs, { pace: 0.6, tells: false });
  expect(told.silenceMs).toBeLessThanOrEqual(2_500);
  expect(told.waitMs).toBeLessThanOrEqual(6_000);
  expect(guessed.silenceMs).toBeGreaterThan(told.silenceMs);
});

test('whatever the pace of the words and of the voice: never 2.5 s of silence, never 6 s without an answer', async () => {
  const seed = Number(process.env.SEED ?? 20_260_504);
  const random = randomOf(seed);
  const text =
    'Ja, gern. Wir haben am Montag und am Dienstag auf. Danach ist zu, bis es wieder losgeht. Passt das so?';
  for (let run = 0; run < 300; run += 1) {
    const slow = random() * 4_000;
    const pausesMs = text.split(' ').map(() => (random() < 0.3 ? random() * slow : random() * 100));
    const shownWords = 1 + Math.floor(random() * 20);
    const said = text.split(' ').slice(0, shownWords).join(' ');
    const pace = 0.6 + random() * 0.6;
    const hangs = random() < 0.5;
    const line = await listen((clock) => words(said, pausesMs, hangs, clock), { pace });
    const about = { seed, run, pace, sounds: shown(line) };
    expect({ ...about, silent: line.silenceMs > 2_500 }).toEqual({ ...about, silent: false });
    expect({ ...about, waited: line.waitMs > 6_000 }).toEqual({ ...about, waited: false });
  }
}, 60_000);
