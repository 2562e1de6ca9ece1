import type { Reply } from './frames';

/** What a recogniser of ours tells the gateway (spec 2.5). Confidence is a number from 0 to 1. */
export type SpeechSignal =
  | { signal: 'hypothesis'; text: string }
  | { signal: 'recognition'; text: string; confidence: number }
  | { signal: 'started' | 'stopped' | 'committed' };

export function speechSignal(conversationId: string, given: SpeechSignal, participant?: string): Reply {
  const alternatives =
    given.signal === 'hypothesis'
      ? [{ text: given.text }]
      : given.signal === 'recognition'
        ? [{ text: given.text, confidence: Math.min(1, Math.max(0, given.confidence)) }]
        : undefined;
  return {
    type: `userStream.speech.${given.signal}`,
    conversationId,
    ...(alternatives && { alternatives }),
    ...(participant !== undefined && { participant }),
  };
}
