import { speechDurationMs } from './speech-clock';

/** A piece of speech on its way to the caller's ear. Plain data: it is stored with the call. */
export interface SpokenPiece {
  text: string;
  /** Estimated moment of its first sound. */
  startsAtMs: number;
  durationMs: number;
  /** A filler: sound, but nothing that was meant, so it is neither remembered nor said again. */
  aside?: boolean;
}

/** What an interruption divides speech into. */
export interface Heard {
  /** What the caller has heard, up to whole words. */
  heard: string;
  /** The pieces that were cut off or never began, whole, in order: what a voice would say to go on. */
  unheard: string[];
  /** The words of the first of them that were heard. */
  partial: string;
}

/** Between sending a text and its first sound lies its synthesis. */
export const SYNTHESIS_MS = 250;

/** The pieces and one more behind them. */
export function queueSpeech(
  pieces: readonly SpokenPiece[],
  text: string,
  nowMs: number,
  aside?: boolean,
): SpokenPiece[] {
  const last = pieces.at(-1);
  const free = nowMs + SYNTHESIS_MS;
  const startsAtMs = last ? Math.max(free, last.startsAtMs + last.durationMs) : free;
  const piece = { text, startsAtMs, durationMs: speechDurationMs(text) };
  return [...pieces, aside ? { ...piece, aside } : piece];
}

/** The network says that a piece was heard to its end. What follows begins now. */
export function pieceHeard(pieces: readonly SpokenPiece[], nowMs: number): SpokenPiece[] {
  let startsAtMs = nowMs;
  return pieces.slice(1).map((piece) => {
    const moved = { ...piece, startsAtMs: Math.min(piece.startsAtMs, startsAtMs) };
    startsAtMs = moved.startsAtMs + moved.durationMs;
    return moved;
  });
}

/** What was heard when the voice is cut off at this moment, from the speaking rate and the time. */
export function heardUntil(pieces: readonly SpokenPiece[], nowMs: number): Heard {
  const heard: string[] = [];
  const unheard: string[] = [];
  let partial = '';
  for (const { text, startsAtMs, durationMs, aside } of pieces) {
    if (aside) continue;
    const share = (nowMs - startsAtMs) / Math.max(1, durationMs);
    if (share >= 1) {
      heard.push(text);
      continue;
    }
    if (share > 0) {
      partial = wholeWords(text, share);
      heard.push(partial);
    }
    unheard.push(text);
  }
  return { heard: heard.filter((text) => text !== '').join(' '), unheard, partial };
}

/** The words that fit into a share of a text. */
function wholeWords(text: string, share: number): string {
  const reached = text.slice(0, Math.floor(text.length * share));
  const atWordEnd = /\s/.test(text.charAt(reached.length));
  return (atWordEnd ? reached : reached.replace(/\S*$/, '')).trim();
}
