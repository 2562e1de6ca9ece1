import { DIGIT_WORDS } from '../keys/digit-words';

/** What stands for a power of ten. Alone it is no number that could be somebody's. */
const POWERS = 'hundert tausend million millionen hundred thousand million double triple treble';

/** What may join the parts of one number in one word. */
const JOINTS = ['und'];

/** Recognisers and keyboards write umlauts and ß in more than one way. */
function spellings(word: string): string[] {
  const plain = word.replace(/ä/g, 'ae').replace(/ö/g, 'oe').replace(/ü/g, 'ue');
  return [word, plain].flatMap((each) => [each, each.replace(/ß/g, 'ss')]);
}

function spelled(words: Iterable<readonly [string, number]>): Map<string, number> {
  const all = new Map<string, number>();
  for (const [word, digits] of words) for (const each of spellings(word)) all.set(each, digits);
  return all;
}

const TABLES = Object.values(DIGIT_WORDS);
const weighted = (words: Readonly<Record<string, unknown>>, digits: number) =>
  Object.keys(words).map((word) => [word, digits] as const);

/** Words of numbers in every language, each with how many digits it stands for. */
const WORDS = spelled([
  ...TABLES.flatMap(({ times }) => weighted(times, 1)),
  ...POWERS.split(' ').map((word) => [word, 1] as const),
  ...TABLES.flatMap(({ tens, teens }) => weighted({ ...tens, ...teens }, 2)),
  ...TABLES.flatMap(({ digits }) => weighted(digits, 1)),
]);

/** The parts of one long word: "achthundertdreißig", "nulleinszwo", "fünfundzwanzig". Longer parts first. */
const PARTS = [...new Set([...WORDS.keys(), ...JOINTS, 'ein'])].filter((part) => part.length > 2);
const PART = new RegExp(PARTS.sort((a, b) => b.length - a.length).join('|'), 'y');

const FILLER: ReadonlySet<string> = new Set(
  TABLES.flatMap(({ filler, and }) => [...filler, and]).concat(
    'ein',
    'eine',
    'mal',
    'plus',
    'dash',
    'strich',
  ),
);

/** How many digits a word stands for: 0 if it is no number, and "filler" where it may stand between two of them. */
export function digitsOfWord(written: string): number | 'filler' {
  const word = written.normalize('NFKC').toLowerCase().replace(/’/g, "'");
  const known = WORDS.get(word);
  if (known !== undefined) return known;
  if (FILLER.has(word)) return 'filler';
  return word.length < 6 ? 0 : digitsOfParts(word);
}

function digitsOfParts(word: string): number {
  let digits = 0;
  let joined = false;
  for (PART.lastIndex = 0; PART.lastIndex < word.length; ) {
    const part = PART.exec(word)?.[0];
    if (part === undefined) return 0;
    // "fünfundzwanzig": the ten is one digit more, not two.
    if (!JOINTS.includes(part)) digits += joined ? 1 : (WORDS.get(part) ?? 1);
    joined = JOINTS.includes(part);
  }
  return digits;
}
