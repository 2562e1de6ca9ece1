export interface SentenceCutterOptions {
  /** BCP-47 or base language. */
  language?: string;
  /** A clause whose oldest unsent token is this old is cut where it can be. */
  flushAfterMs?: number;
}

/** Words that end in a point without ending a sentence, lower case. */
const ABBREVIATIONS = new Set(
  (
    'dr prof hr fr nr tel str ca bzw usw inkl evtl ggf mio mrd z b d h u a s o v max min st abs art bsp vgl zzgl ' +
    'mr mrs ms no approx e g i p m vs etc jan feb mär apr jun jul aug sep sept okt oct nov dez dec mo di mi do sa so'
  ).split(' '),
);

const SENTENCE_END = /[.!?…]+["'”“»«)\]]*\s+(?=\S)|\n+(?=\S)/g;

/** Cuts a stream of text into sentences as they are complete. Time is passed in; text in equals text out. */
export class SentenceCutter {
  private text = '';
  private sinceMs: number | undefined;
  private readonly flushAfterMs: number;

  constructor({ flushAfterMs = 1_500 }: SentenceCutterOptions = {}) {
    this.flushAfterMs = flushAfterMs;
  }

  push(text: string, nowMs: number): string[] {
    if (text === '') return [];
    this.sinceMs ??= nowMs;
    this.text += text;
    const pieces = this.cut();
    if (pieces.length > 0) this.sinceMs = this.text === '' ? undefined : nowMs;
    return pieces;
  }

  /** The partial clause, up to the last whole word, if it has waited too long. */
  due(nowMs: number): string[] {
    const dueMs = this.nextDueAtMs();
    if (dueMs === undefined || nowMs < dueMs) return [];
    const end = /\S\s+(?=\S*$)/.exec(this.text);
    const length = end ? end.index + end[0].length : this.text.length;
    this.sinceMs = nowMs;
    return this.take(length);
  }

  nextDueAtMs(): number | undefined {
    return this.sinceMs === undefined || this.text.trim() === ''
      ? undefined
      : this.sinceMs + this.flushAfterMs;
  }

  end(): string[] {
    this.sinceMs = undefined;
    return this.take(this.text.length);
  }

  private cut(): string[] {
    const pieces: string[] = [];
    let from = 0;
    for (const match of this.text.matchAll(SENTENCE_END)) {
      const end = match.index + match[0].length;
      if (!endsSentence(this.text.slice(from, match.index + 1), this.text.slice(end))) continue;
      pieces.push(this.text.slice(from, end));
      from = end;
    }
    this.text = this.text.slice(from);
    return pieces;
  }

  private take(length: number): string[] {
    const piece = this.text.slice(0, length);
    this.text = this.text.slice(length);
    return piece === '' ? [] : [piece];
  }
}

/** Whether the point at the end of `before` ends a sentence, given what follows. */
function endsSentence(before: string, after: string): boolean {
  if (!before.endsWith('.')) return true;
  const word = /([\p{L}\p{N}]+)\.$/u.exec(before)?.[1]?.toLowerCase();
  if (word === undefined) return true;
  // "am 3. Mai", "z. B.", "Dr. Sommer", and anything that goes on in lower case.
  return !/^\d{1,2}$/.test(word) && !ABBREVIATIONS.has(word) && !/^\p{Ll}/u.test(after);
}
