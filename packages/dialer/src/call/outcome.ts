/**
 * How one call ended. `final`: the person was reached or must not be tried again, whatever the rules of a campaign
 * say. Everything else may have a retry rule.
 */
export const CALL_OUTCOMES = {
  reached: { final: true, meaning: 'Answered, and the conversation is over' },
  transferred: { final: true, meaning: 'Answered and put through to somebody' },
  voicemail: { final: false, meaning: 'An answering machine, and a message was left on it' },
  machine: { final: false, meaning: 'An answering machine; hung up without a message' },
  fax: { final: false, meaning: 'A fax machine' },
  no_answer: { final: false, meaning: 'Nobody picked up' },
  busy: { final: false, meaning: 'The line was busy' },
  declined: { final: false, meaning: 'The person rejected the call' },
  failed: { final: false, meaning: 'The call could not be set up' },
  broken: { final: false, meaning: 'Answered, then lost through an error' },
  refused: { final: true, meaning: 'The network refused to place the call' },
  unreported: { final: false, meaning: 'Placed, and nothing was heard of it since' },
  unknown: { final: true, meaning: 'Nobody knows whether it was placed; never tried again' },
  not_placed: {
    final: false,
    meaning: 'Certainly not placed: too many calls, or the network was not reached',
  },
} as const satisfies Record<string, { final: boolean; meaning: string }>;

export type CallOutcome = keyof typeof CALL_OUTCOMES;
