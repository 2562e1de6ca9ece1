import { z } from 'zod';
import { PARAMETERS, type ParameterName } from './parameter-table';

/** Names of the parameters that a profile may set: those that hold for a whole call. */
const PROFILE_KEYS = (Object.keys(PARAMETERS) as ParameterName[]).filter((name) =>
  PARAMETERS[name].levels.includes('S'),
);

function profileShape(): Record<string, z.ZodType> {
  return Object.fromEntries(
    PROFILE_KEYS.map((name) => {
      const { schema, meaning, ...more } = PARAMETERS[name];
      const since = 'since' in more ? ` (VoiceAI Connect ${more.since} or newer)` : '';
      return [name, (schema as z.ZodType).optional().describe(`${meaning}${since}`)];
    }),
  );
}

/**
 * The section `audiocodes:` of an agent profile: parameters for the whole call (spec 5). What a profile says here
 * wins over what the portable settings of the profile would ask for.
 */
export const profileSettingsSchema = z
  .strictObject({
    ...profileShape(),
    extra: z
      .record(z.string(), z.json())
      .optional()
      .describe('Parameters that are not known here; sent as they are'),
  })
  .superRefine(({ extra }, context) => {
    for (const name of Object.keys(extra ?? {})) {
      if (!Object.hasOwn(PARAMETERS, name)) continue;
      const message = PROFILE_KEYS.includes(name as ParameterName)
        ? 'this key to stand outside of extra, where it is checked'
        : 'something else: this parameter cannot be set for a whole call by a bot';
      context.addIssue({ code: 'custom', path: ['extra', name], message });
    }
  });

/** What a profile has said, as parameters of the wire. */
export function sessionParamsOf(settings: z.output<typeof profileSettingsSchema>): Record<string, unknown> {
  const { extra, ...known } = settings;
  return { ...(extra as object | undefined), ...known };
}
