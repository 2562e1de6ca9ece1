/**
 * How a transfer went. `failed`: it did not succeed, and the network does not say why. `caller_left`: the caller hung
 * up before anybody answered.
 */
export type TransferOutcome =
  | 'answered'
  | 'busy'
  | 'no_answer'
  | 'declined'
  | 'invalid'
  | 'failed'
  | 'caller_left';

/** A transfer that did not succeed while the caller is still there. */
export type TransferFailure = Exclude<TransferOutcome, 'answered' | 'caller_left'>;

const FAILURES: readonly TransferFailure[] = ['busy', 'no_answer', 'declined', 'invalid', 'failed'];

/** What a network told of a transfer that failed; `failed` for whatever is unknown or not told. */
export function transferFailure(told: unknown): TransferFailure {
  return FAILURES.find((failure) => failure === told) ?? 'failed';
}
