import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { TokenCheck } from './guard';

export interface JwtOptions {
  /** Where the authorization server publishes its keys. */
  jwksUrl: string;
  /** The `iss` that is asked for. */
  issuer?: string;
  /** The `aud` that is asked for. */
  audience?: string;
  /** Scopes that must all be in `scope` or `scp`. */
  scopes?: readonly string[];
  /** How far the clocks may differ. */
  toleranceSeconds?: number;
  /** How long the keys may take to arrive. */
  timeoutMs?: number;
  /** For tests: keys instead of an address. */
  keys?: JWTVerifyGetKey;
}

/** Only signatures that need the private key: with a shared secret, or none, whoever checks could also sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Access tokens that the customer's authorization server has signed (spec 1.3). Keys are fetched once and kept. */
export function jwtTokens({ jwksUrl, issuer, audience, scopes = [], ...options }: JwtOptions): TokenCheck {
  const keys =
    options.keys ??
    createRemoteJWKSet(new URL(jwksUrl), {
      timeoutDuration: options.timeoutMs ?? 3_000,
      cacheMaxAge: 600_000,
    });
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ALGORITHMS,
        issuer,
        audience,
        clockTolerance: options.toleranceSeconds ?? 30,
        requiredClaims: ['exp'],
      });
      const granted = scopesOf(payload);
      return scopes.every((scope) => granted.has(scope));
    } catch {
      // Expired, forged, not a JWT at all, or the keys cannot be had: it stays outside.
      return false;
    }
  };
}

function scopesOf({ scope, scp }: JWTPayload): ReadonlySet<string> {
  const given = [scope, scp].flat().filter((one): one is string => typeof one === 'string');
  return new Set(given.flatMap((one) => one.split(' ')));
}
