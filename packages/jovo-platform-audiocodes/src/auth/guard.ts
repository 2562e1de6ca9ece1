import { bearerOf, type Guard, SYSTEM_CLOCK, sameSecret } from '@jovo-telephony/platform-base';
import { type IntrospectionOptions, introspectedTokens } from './introspection';
import { type JwtOptions, jwtTokens } from './jwt';

/** Says whether a bearer token may come in. It never throws or rejects: what cannot be checked may not. */
export type TokenCheck = (token: string) => boolean | Promise<boolean>;

/** How a gateway proves who it is (spec 1.3). Of several ways any one will do. */
export interface AudiocodesAuth {
  /** Permanent tokens. Several at once let a secret be changed without a gap. */
  tokens?: readonly string[];
  /** Access tokens that are signed. */
  jwt?: JwtOptions;
  /** Access tokens that are opaque. */
  introspection?: Omit<IntrospectionOptions, 'clock' | 'epochMs'>;
}

/** The guard of every route and of the upgrade. Undefined without any proof: the door is open. */
export function audiocodesGuard({ tokens = [], jwt, introspection }: AudiocodesAuth): Guard | undefined {
  const secrets = tokens.filter((token) => token !== '');
  // What costs nothing is tried first.
  const checks: TokenCheck[] = [];
  if (secrets.length > 0) checks.push((token) => sameSecret(token, secrets));
  if (jwt) checks.push(jwtTokens(jwt));
  if (introspection) {
    checks.push(introspectedTokens({ ...introspection, clock: SYSTEM_CLOCK, epochMs: Date.now }));
  }
  if (checks.length === 0) return undefined;
  return async (headers) => {
    const token = bearerOf(headers);
    if (token === undefined) return false;
    for (const check of checks) if (await check(token)) return true;
    return false;
  };
}
