import { profileSettingsSchema, sessionParamsOf } from '@jovo-telephony/jovo-platform-audiocodes';
import type { CallAction } from '@jovo-telephony/telephony';

/** Sections of a profile that hold what only one network knows, by the network's name. */
export const networkSections = {
  audiocodes: profileSettingsSchema
    .optional()
    .describe('Parameters of AudioCodes VoiceAI Connect for the whole call; other networks pass over them'),
} as const;

/** What the section of a profile for this network asks for. */
export function networkSettings(
  profile: { audiocodes?: Parameters<typeof sessionParamsOf>[0] },
  network: string | undefined,
): CallAction[] {
  if (network !== 'audiocodes' || !profile.audiocodes) return [];
  return [{ type: 'network_settings', network, settings: sessionParamsOf(profile.audiocodes) }];
}
