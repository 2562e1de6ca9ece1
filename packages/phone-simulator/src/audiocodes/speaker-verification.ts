/** The voice-biometrics service that is simulated: it knows nobody and accepts everybody (spec 3.10, 4.12). */
import type { Announcement } from './wire';

const RESULTS: Readonly<Record<string, { name: string; value: Record<string, boolean> }>> = {
  speakerVerificationGetSpeakerStatus: {
    name: 'speakerVerificationSpeakerStatus',
    value: { enrolled: false },
  },
  speakerVerificationCreateSpeaker: {
    name: 'speakerVerificationActionResult',
    value: { success: true },
  },
  speakerVerificationDeleteSpeaker: {
    name: 'speakerVerificationActionResult',
    value: { success: true },
  },
  speakerVerificationEnroll: {
    name: 'speakerVerificationEnrollCompleted',
    value: { success: true },
  },
  speakerVerificationVerify: {
    name: 'speakerVerificationVerifyCompleted',
    value: { success: true },
  },
};

/** The event that answers an activity of the bot, if one does. */
export function speakerResult(activity: string): Extract<Announcement, { type: 'event' }> | undefined {
  const result = RESULTS[activity];
  return result && { type: 'event', ...result };
}
