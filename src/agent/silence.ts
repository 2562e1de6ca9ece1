import type { SilenceLadder } from '@jovo-telephony/telephony';
import type { Phrases } from './phrases';
import type { AgentProfile } from './profiles/profile';

/** The ladder of one profile, in the language of the call. */
export function ladderOf(silence: AgentProfile['silence'], phrases: Phrases): SilenceLadder {
  const reprompts = silence?.reprompts ?? phrases.areYouThere;
  const goodbye = phrases.silentGoodbye;
  return {
    rungs: [
      ...reprompts.map((text) => ({ kind: 'reprompt' as const, texts: [text] })),
      ...(silence?.offer ? [{ kind: 'offer' as const, texts: [silence.offer] }] : []),
    ],
    caps: { callLengthMs: (silence?.maxCallMinutes ?? 60) * 60_000 },
    ending: silence?.transferTo
      ? { do: 'transfer', destination: silence.transferTo, text: '', goodbye }
      : { do: 'goodbye', text: goodbye },
    endings: { call_length: { do: 'goodbye', text: phrases.callTooLong } },
  };
}
