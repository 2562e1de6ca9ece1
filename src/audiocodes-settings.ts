import type { AudiocodesAuth } from '@jovo-telephony/jovo-platform-audiocodes';
import { z } from 'zod';

const optional = z.string().min(1).optional();
const url = z.url({ protocol: /^https?$/ }).optional();

/** Variables that are about AudioCodes only, except its token and its addresses: those are read like sipgate's. */
export const AUDIOCODES_VARIABLES = {
  AUDIOCODES_JWKS_URL: url,
  AUDIOCODES_TOKEN_ISSUER: optional,
  AUDIOCODES_TOKEN_AUDIENCE: optional,
  AUDIOCODES_TOKEN_SCOPE: optional,
  AUDIOCODES_INTROSPECTION_URL: url,
  AUDIOCODES_INTROSPECTION_CLIENT_ID: optional,
  AUDIOCODES_INTROSPECTION_CLIENT_SECRET: optional,
};

const AN_ADDRESS = 'an http(s) address of the authorization server';

export const AUDIOCODES_EXPECTED = {
  AUDIOCODES_JWKS_URL: AN_ADDRESS,
  AUDIOCODES_INTROSPECTION_URL: AN_ADDRESS,
};

type Given = z.output<z.ZodObject<typeof AUDIOCODES_VARIABLES>> & { AUDIOCODES_TOKEN?: readonly string[] };

/** How a gateway proves who it is; or what is missing, with advice. */
export function audiocodesAuth(env: Given): AudiocodesAuth | { fault: string } {
  const claims = {
    issuer: env.AUDIOCODES_TOKEN_ISSUER,
    audience: env.AUDIOCODES_TOKEN_AUDIENCE,
    scopes: env.AUDIOCODES_TOKEN_SCOPE?.split(/[\s,]+/),
  };
  const {
    AUDIOCODES_JWKS_URL: jwksUrl,
    AUDIOCODES_INTROSPECTION_URL: introspectionUrl,
    AUDIOCODES_INTROSPECTION_CLIENT_ID: clientId,
    AUDIOCODES_INTROSPECTION_CLIENT_SECRET: clientSecret,
  } = env;
  if (env.AUDIOCODES_TOKEN?.some((token) => /\s/.test(token))) {
    return {
      fault: 'AUDIOCODES_TOKEN: expected no space inside a token, which no header could bring; take it out',
    };
  }
  if (jwksUrl && !claims.audience && !claims.scopes) {
    // The same server signs tokens for others, too.
    const fault =
      'AUDIOCODES_TOKEN_AUDIENCE: expected what tokens for this bot have as audience; set it, or AUDIOCODES_TOKEN_SCOPE';
    return { fault };
  }
  if (introspectionUrl && !(clientId && clientSecret)) {
    const fault =
      'AUDIOCODES_INTROSPECTION_CLIENT_ID and AUDIOCODES_INTROSPECTION_CLIENT_SECRET: expected both, to ask AUDIOCODES_INTROSPECTION_URL; set them';
    return { fault };
  }
  return {
    tokens: env.AUDIOCODES_TOKEN,
    jwt: jwksUrl ? { jwksUrl, ...claims } : undefined,
    introspection:
      introspectionUrl && clientId && clientSecret
        ? { url: introspectionUrl, clientId, clientSecret, ...claims }
        : undefined,
  };
}
