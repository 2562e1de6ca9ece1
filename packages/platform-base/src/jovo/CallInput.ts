import { InputType as Portable, type TransferOutcome } from '@jovo-telephony/telephony';
import { InputType as Core, type Input, JovoInput } from '@jovotech/framework';

/** Jovo's input types and those of a call. `SESSION_START` is `Launch`: one event, one route. */
export const InputType = { ...Core, ...Portable } as const;
export type InputType = (typeof InputType)[keyof typeof InputType];

/** Fields of a call's input beyond Jovo's own. */
export interface CallInputFields {
  /** The caller spoke over the agent. */
  barged_in?: boolean;
  /** The key that was pressed. */
  digit?: string;
  /** The keys of a whole entry, without the one that ended it. */
  digits?: string;
  /** What an answering machine is doing: it plays its greeting, or it records what is said now. */
  machine?: 'greeting' | 'recording';
  /** Why a text message, a transfer or the call failed or ended. */
  reason?: string;
  /** How a transfer went, where the network tells. AI Flow only lets us know that one has failed (spec 8.6). */
  transferOutcome?: TransferOutcome;
}

export class CallInput extends JovoInput {
  constructor(input: Input & CallInputFields) {
    super(input);
    this.barged_in = input.barged_in;
    this.digit = input.digit;
    this.digits = input.digits;
    this.machine = input.machine;
    this.reason = input.reason;
    this.transferOutcome = input.transferOutcome;
  }
}

// Declaration merging asks for interfaces without members of their own.
declare module '@jovotech/framework/dist/types/JovoInput' {
  interface JovoInput extends CallInputFields {}
}
declare module '@jovotech/common/dist/types/Input' {
  interface Input extends CallInputFields {}
}
