// What is said in bench/conversation.mjs, and the clock by which everybody reckons.

/** A model's usual pace. */
export const TTFT_MS = 150;
export const TOKEN_MS = 15;

/** The first piece ends behind "gut", which is known as soon as the word behind it begins: token number 5. */
const WORDS =
  'Das geht auf jeden Fall gut. Danach sprechen wir über alles andere, was Ihnen sonst noch wichtig ist, und zwar der Reihe nach, bis nichts mehr offen ist. Und dann hören wir auf.';
const TOKENS = WORDS.split(/(?<= )/);
export const FIRST_PIECE = 'Das geht auf jeden Fall gut.';
export const pieceAt = FIRST_PIECE.split(' ').length;

/** The words of an answer, one token each. */
export function answerOf() {
  return TOKENS;
}

/** Milliseconds of the monotonic clock of the machine: the same in every process. */
export function nowMs() {
  return Number(process.hrtime.bigint()) / 1e6;
}
