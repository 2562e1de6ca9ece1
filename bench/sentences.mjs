// node bench/sentences.mjs: sentence cutting of the gold corpus, beside the package `sbd` and Intl.Segmenter.
// Exact: every cut of a text is where the gold has it. Build first: npx tsc -b packages/telephony.
// `sbd` is not a dependency: npm i --no-save sbd@1.0.19, else its column is left out.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const HELP = `node bench/sentences.mjs [options]
  --half H      tuning, held-out or both (held-out)
  --show        print what our cutter cuts otherwise than the gold
  --mb N        size of the text for the speed in MB (0.2)
  --help        this text`;

const { values } = parseArgs({
  options: {
    half: { type: 'string', default: 'held-out' },
    show: { type: 'boolean', default: false },
    mb: { type: 'string', default: '0.2' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const require = createRequire(import.meta.url);
const { SentenceCutter } = require('../packages/telephony/dist/sentences/index.js');
const GOLD = new URL('../packages/telephony/test/fixtures/sentences/gold.json', import.meta.url);
const LANGUAGES = ['de', 'en', 'fr', 'es', 'it', 'nl'];

function ours(text, language, tokenChars = text.length) {
  const cutter = new SentenceCutter({ language, firstPiece: 'sentence' });
  const pieces = [];
  for (let at = 0; at < text.length; at += tokenChars) {
    for (const piece of cutter.push(text.slice(at, at + tokenChars), 0)) pieces.push(piece);
  }
  return [...pieces, ...cutter.end()];
}

/** A name, and how it cuts a text. */
const peers = [
  ['jovo-telephony', ours],
  [
    'Intl.Segmenter',
    (text, language) =>
      [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text)].map(
        ({ segment }) => segment,
      ),
  ],
];
try {
  const sbd = require('sbd');
  // Its best setting for this corpus: line breaks are boundaries, and white space is kept.
  peers.push(['sbd', (text) => sbd.sentences(text, { newline_boundaries: true, preserve_whitespace: true })]);
} catch {
  console.log('sbd is not installed (npm i --no-save sbd@1.0.19)\n');
}

// Only the places of the cuts count, not which side keeps the white space.
const same = (cut, gold) => JSON.stringify(trimmed(cut)) === JSON.stringify(trimmed(gold));
const trimmed = (pieces) => pieces.map((piece) => piece.trim().replace(/\s+/g, ' ')).filter(Boolean);

const gold = JSON.parse(readFileSync(GOLD, 'utf8'));
const halves = { tuning: ['tuning'], 'held-out': ['heldOut'], both: ['tuning', 'heldOut'] }[values.half];
const texts = LANGUAGES.flatMap((language) =>
  halves.flatMap((half) => gold[half][language]).map((marked) => ({ language, pieces: marked.split('|') })),
);

const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`;
const column = (text) => String(text).padStart(12);
console.log(`exact texts, ${values.half} (${texts.length})`);
console.log([''.padEnd(16), column('all'), ...LANGUAGES.map(column)].join(''));
for (const [name, cut] of peers) {
  const exact = (language) => {
    const of = texts.filter((text) => !language || text.language === language);
    return percent(
      of.filter(({ pieces, language }) => same(cut(pieces.join(''), language), pieces)).length,
      of.length,
    );
  };
  console.log(
    [name.padEnd(16), column(exact()), ...LANGUAGES.map((language) => column(exact(language)))].join(''),
  );
}
if (values.show) {
  for (const { language, pieces } of texts) {
    const cut = ours(pieces.join(''), language);
    if (!same(cut, pieces)) console.log(`\n${language} gold ${pieces.join('|')}\n   ours ${cut.join('|')}`);
  }
}

const german = gold.tuning.de.map((marked) => marked.replaceAll('|', '')).join(' ');
const long = german.repeat(Math.ceil((Number(values.mb) * 1e6) / german.length));
const speeds = [
  ...peers.map(([name, cut]) => [name, () => cut(long, 'de')]),
  ['ours, 4-character tokens', () => ours(long, 'de', 4)],
  ['ours, 1-character tokens', () => ours(long, 'de', 1)],
];
console.log(`\ncharacters a second, German text of ${(long.length / 1e6).toFixed(1)} MB, best of 3`);
for (const [name, run] of speeds) {
  const seconds = [1, 2, 3].map(() => {
    const start = performance.now();
    run();
    return (performance.now() - start) / 1000;
  });
  console.log(name.padEnd(28), `${(long.length / Math.min(...seconds) / 1e6).toFixed(2)} M/s`.padStart(12));
}
