import type { TransferFailure } from '@jovo-telephony/telephony';

/** What a brain is told that is to say the first words. */
export const WELCOME = {
  alone: (greeting: string) =>
    `The call has just begun, and the caller has heard nothing yet. Greet the caller, in the sense of: "${greeting}"`,
  after:
    'The call has just begun, and the caller has heard the greeting. Say one sentence to begin the conversation.',
};

export const NOISE = 'You were interrupted by a noise. Go on where you stopped; do not repeat yourself.';

export const MESSAGE_FAILED = 'The text message could not be delivered.';

const WHY: Readonly<Record<TransferFailure, string>> = {
  busy: 'the line was busy',
  no_answer: 'nobody answered',
  declined: 'the call was declined there',
  invalid: 'the number cannot be reached',
  failed: 'nobody could be reached',
};

/** What a brain is told of a transfer that came to nothing. */
export function transferNote(failure: TransferFailure, destination: string | undefined): string {
  const where = destination ? ` to ${destination}` : '';
  return `The transfer${where} came to nothing: ${WHY[failure]}. The caller is back.`;
}
