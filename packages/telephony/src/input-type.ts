/**
 * What a call can bring in, in words that hold on every network. The values are Jovo input types, so a handler is
 * declared with `@Handle({ types: [InputType.DTMF_RECEIVED] })` whichever network the call comes from.
 */
export const InputType = {
  /** The call is connected and the caller can hear us. Same value as Jovo's `Launch`, so `LAUNCH()` sees it too. */
  SESSION_START: 'LAUNCH',
  /** The caller has finished saying something. Same value as Jovo's `Text`. */
  USER_SPEAK: 'TEXT',
  /** The caller begins to make a sound; there are no words yet. Must never make the agent speak. */
  USER_SPEECH_STARTED: 'USER_SPEECH_STARTED',
  /** A sound began but no words followed within a few seconds: it was noise. Made by the platform, from a timer. */
  USER_SPEECH_ABANDONED: 'USER_SPEECH_ABANDONED',
  /** The caller spoke over the agent. */
  USER_BARGE_IN: 'USER_BARGE_IN',
  /** One key of the keypad: `0`-`9`, `*`, `#`. */
  DTMF_RECEIVED: 'DTMF_RECEIVED',
  /** A whole entry that the network has collected as the last speech asked it to, without the key that ended it. */
  DTMF_COLLECTED: 'DTMF_COLLECTED',
  /** The agent's voice begins (for metrics only; may never come). */
  ASSISTANT_SPEAK: 'ASSISTANT_SPEAK',
  /** The agent's voice has ended. */
  ASSISTANT_SPEECH_ENDED: 'ASSISTANT_SPEECH_ENDED',
  /** The caller stayed silent for as long as the last speech allowed. */
  USER_INPUT_TIMEOUT: 'USER_INPUT_TIMEOUT',
  /** A text message could not be sent. */
  SMS_FAILED: 'SMS_FAILED',
  /** A transfer did not succeed and the caller is with us again. The input's `transferOutcome` says why, if known. */
  TRANSFER_FAILED: 'TRANSFER_FAILED',
  /** This server is about to stop and the call has to end: time for a goodbye. Made by the platform. */
  SERVER_STOPPING: 'SERVER_STOPPING',
  /** The person called has answered: the caller is not with us any more. Few networks tell. */
  TRANSFER_ANSWERED: 'TRANSFER_ANSWERED',
  /** A call of ours is being set up: who, whom and why are known, but nobody can hear us yet, and perhaps never will. */
  OUTBOUND_INITIATED: 'OUTBOUND_INITIATED',
  /** An answering machine has taken our call: its greeting begins, or it is over and the machine records. */
  MACHINE_DETECTED: 'MACHINE_DETECTED',
  /** The call is over. Nothing can be said any more. */
  SESSION_END: 'SESSION_END',
  /** An event that this version does not know. */
  NOTIFICATION_EVENT_UNHANDLED: 'NOTIFICATION_EVENT_UNHANDLED',
} as const;

export type InputType = (typeof InputType)[keyof typeof InputType];
