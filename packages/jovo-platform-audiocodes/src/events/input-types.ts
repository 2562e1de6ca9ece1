/**
 * Input types of events that only this network has. They reach an app only if it has a handler for them; it gets
 * `NOTIFICATION_EVENT_UNHANDLED` otherwise, like anything that is not known here.
 */
export const AudiocodesInputType = {
  /** Interim words of the gateway's recogniser. Comes often, must never make the agent speak. */
  SPEECH_HYPOTHESIS: 'AUDIOCODES_SPEECH_HYPOTHESIS',
  SILENCE_DETECTED: 'AUDIOCODES_SILENCE_DETECTED',
  /** The person that the caller was transferred to has answered. */
  TRANSFER_ANSWERED: 'AUDIOCODES_TRANSFER_ANSWERED',
  /** A call between others begins, and the bot may listen. */
  ASSIST_STARTED: 'AUDIOCODES_ASSIST_STARTED',
  /** One of the others has said something. */
  PARTICIPANT_SPOKE: 'AUDIOCODES_PARTICIPANT_SPOKE',
  /** The agent's desktop application has connected. */
  AGENT_CONNECTED: 'AUDIOCODES_AGENT_CONNECTED',
  SPEAKER_VERIFICATION: 'AUDIOCODES_SPEAKER_VERIFICATION',
} as const;

export type AudiocodesInputType = (typeof AudiocodesInputType)[keyof typeof AudiocodesInputType];
