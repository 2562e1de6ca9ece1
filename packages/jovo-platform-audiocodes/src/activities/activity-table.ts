import type { ParameterName } from '../parameters/parameter-table';

/** What one activity of the bot needs and takes (spec 4.0). */
export interface ActivityRule {
  /** Parameters without which it cannot be sent, and where they go. */
  requires?: { activityParams?: readonly ParameterName[]; sessionParams?: readonly ParameterName[] };
  /** It is nothing but its session parameters. */
  onlySessionParams?: true;
  /** It carries a JSON object in `value`. */
  value?: 'object';
  /** The caller hears something because of it. */
  heard?: true;
}

const SPEAKER = {
  requires: { sessionParams: ['speakerVerificationSpeakerId', 'speakerVerificationType'] },
} as const satisfies ActivityRule;

/** Every event that a bot may send (spec 4.0). Messages are not in it: they are told apart by their type. */
export const ACTIVITY_RULES = {
  playUrl: { requires: { activityParams: ['playUrlUrl'] }, heard: true },
  // Both: a default target may be configured at the gateway.
  transfer: {},
  handover: {},
  hangup: {},
  config: { onlySessionParams: true },
  sendMetaData: { value: 'object' },
  startCallRecording: {},
  stopCallRecording: {},
  pauseCallRecording: {},
  resumeCallRecording: {},
  startRecognition: { requires: { activityParams: ['targetParticipant'] } },
  stopRecognition: { requires: { activityParams: ['targetParticipant'] } },
  abortPrompts: {},
  expectAnotherBotMessage: {},
  sendDtmf: { requires: { activityParams: ['dtmfDigits'] } },
  speakerVerificationCreateSpeaker: SPEAKER,
  speakerVerificationGetSpeakerStatus: SPEAKER,
  speakerVerificationDeleteSpeaker: SPEAKER,
  speakerVerificationEnroll: SPEAKER,
  speakerVerificationVerify: SPEAKER,
} as const satisfies Readonly<Record<string, ActivityRule>>;

/** Names that a bot may send as an event. */
export type ActivityName = keyof typeof ACTIVITY_RULES;

export function activityRule(name: unknown): ActivityRule | undefined {
  return typeof name === 'string' && Object.hasOwn(ACTIVITY_RULES, name)
    ? ACTIVITY_RULES[name as ActivityName]
    : undefined;
}
