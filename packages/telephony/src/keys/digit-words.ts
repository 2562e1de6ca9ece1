/** How one language says digits. Written in lower case; umlauts may also come as ae, oe, ue. */
export interface DigitWords {
  /** One word, one digit. */
  digits: Readonly<Record<string, string>>;
  /** 10 to 19: a word stands for two digits, as in "elf" -> 11. */
  teens: Readonly<Record<string, string>>;
  /** 20 to 90: the first digit; a unit may join in the way of the language. */
  tens: Readonly<Record<string, string>>;
  /** Units as they begin a compound: "einundzwanzig". */
  compoundUnits: Readonly<Record<string, string>>;
  /** Where the unit of a compound stands: "fünf und zwanzig" or "twenty five". */
  unit: 'first_with_and' | 'last';
  /** The "and" of a compound; elsewhere it is filler. */
  and: string;
  /** How often the next digit counts: "doppel drei", "triple seven", "zweimal die null". */
  times: Readonly<Record<string, number>>;
  /** May stand around and between digits and change nothing. Never a negation: "nein, fünf" must ask again. */
  filler: ReadonlySet<string>;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));

const de: DigitWords = {
  digits: {
    null: '0',
    eins: '1',
    zwei: '2',
    zwo: '2',
    drei: '3',
    vier: '4',
    fünf: '5',
    sechs: '6',
    sieben: '7',
    acht: '8',
    neun: '9',
  },
  teens: {
    zehn: '10',
    elf: '11',
    zwölf: '12',
    dreizehn: '13',
    vierzehn: '14',
    fünfzehn: '15',
    sechzehn: '16',
    siebzehn: '17',
    achtzehn: '18',
    neunzehn: '19',
  },
  tens: {
    zwanzig: '2',
    dreißig: '3',
    vierzig: '4',
    fünfzig: '5',
    sechzig: '6',
    siebzig: '7',
    achtzig: '8',
    neunzig: '9',
  },
  compoundUnits: {
    ein: '1',
    zwei: '2',
    zwo: '2',
    drei: '3',
    vier: '4',
    fünf: '5',
    sechs: '6',
    sieben: '7',
    acht: '8',
    neun: '9',
  },
  unit: 'first_with_and',
  and: 'und',
  times: { doppel: 2, doppelt: 2, zweimal: 2, zwomal: 2, dreimal: 3, viermal: 4 },
  filler: words(
    'äh ähm öh hm also ja ok okay so und dann die der das ist es lautet meine nummer bitte danke',
  ),
};

const en: DigitWords = {
  digits: {
    zero: '0',
    oh: '0',
    o: '0',
    nought: '0',
    one: '1',
    two: '2',
    three: '3',
    four: '4',
    five: '5',
    six: '6',
    seven: '7',
    eight: '8',
    nine: '9',
    niner: '9',
  },
  teens: {
    ten: '10',
    eleven: '11',
    twelve: '12',
    thirteen: '13',
    fourteen: '14',
    fifteen: '15',
    sixteen: '16',
    seventeen: '17',
    eighteen: '18',
    nineteen: '19',
  },
  tens: {
    twenty: '2',
    thirty: '3',
    forty: '4',
    fourty: '4',
    fifty: '5',
    sixty: '6',
    seventy: '7',
    eighty: '8',
    ninety: '9',
  },
  compoundUnits: {
    one: '1',
    two: '2',
    three: '3',
    four: '4',
    five: '5',
    six: '6',
    seven: '7',
    eight: '8',
    nine: '9',
  },
  unit: 'last',
  and: 'and',
  times: { double: 2, triple: 3, treble: 3 },
  filler: words(
    "uh um er well yes yeah ok okay so and then the it's its it is my number please thanks that's",
  ),
};

/** By base language, in the order in which they are tried when the language of the call has no table. */
export const DIGIT_WORDS: Readonly<Record<string, DigitWords>> = { de, en };
