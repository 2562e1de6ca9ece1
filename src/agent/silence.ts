import {
  type LadderEvent,
  type LadderStep,
  nextOnLadder,
  type SilenceLadder,
} from '@jovo-telephony/telephony';
import type { TokenUsage } from './brain';
import type { Conversation } from './conversation';
import type { Phrases } from './phrases';
import type { AgentProfile } from './profiles/profile';
import { DEFAULT_MAX_TURNS_WITHOUT_PROGRESS } from './profiles/silence-schema';

/** A step that is the end of the call. */
export type Ending = Extract<LadderStep, { do: 'transfer' | 'goodbye' }>;

export function isEnding(step: LadderStep): step is Ending {
  return step.do === 'transfer' || step.do === 'goodbye';
}

/** The ladder of one profile, in the language of the call: what a silent caller hears, and what ends a call. */
export function ladderOf(silence: AgentProfile['silence'], phrases: Phrases): SilenceLadder {
  const reprompts = silence?.reprompts ?? phrases.areYouThere;
  const tooLong = { do: 'goodbye', text: phrases.callTooLong } as const;
  const orTransfer = (goodbye: string) =>
    silence?.transferTo
      ? ({ do: 'transfer', destination: silence.transferTo, text: '', goodbye } as const)
      : ({ do: 'goodbye', text: goodbye } as const);
  return {
    rungs: [
      ...reprompts.map((text) => ({ kind: 'reprompt' as const, texts: [text] })),
      ...(silence?.offer ? [{ kind: 'offer' as const, texts: [silence.offer] }] : []),
    ],
    caps: {
      callLengthMs: (silence?.maxCallMinutes ?? 60) * 60_000,
      turnsWithoutProgress: silence?.maxTurnsWithoutProgress ?? DEFAULT_MAX_TURNS_WITHOUT_PROGRESS,
      cost: silence?.maxCostCents,
    },
    ending: orTransfer(phrases.silentGoodbye),
    endings: { call_length: tooLong, cost: tooLong, no_progress: orTransfer(phrases.noProgress) },
  };
}

/** What follows from an event on the ladder of a call. What the call has cost meanwhile is told to it first. */
export function climb(conversation: Conversation, ladder: SilenceLadder, event: LadderEvent): LadderStep {
  const amount = (conversation.usage?.cents ?? 0) - conversation.ladder.cost;
  const cost = { type: 'cost', amount, nowMs: event.nowMs } as const;
  for (const each of amount > 0 ? [cost, event] : [event]) {
    const { state, step } = nextOnLadder(ladder, conversation.ladder, each);
    conversation.ladder = state;
    if (step.do !== 'nothing') return step;
  }
  return { do: 'nothing' };
}

/** Adds up what language models have used for a call. */
export function noteUsage(
  conversation: Conversation,
  { inputTokens, outputTokens, cents = 0 }: TokenUsage,
): void {
  const so = conversation.usage ?? { inputTokens: 0, outputTokens: 0, cents: 0 };
  conversation.usage = {
    inputTokens: so.inputTokens + inputTokens,
    outputTokens: so.outputTokens + outputTokens,
    cents: so.cents + cents,
  };
}
