import type { Clock } from '@jovo-telephony/telephony';
import { isRecord, numberIn, textIn } from '../wire';
import type { TokenCheck } from './guard';

/** Asks the authorization server about an opaque token (RFC 7662). */
export interface IntrospectionOptions {
  url: string;
  /** We prove who asks, by HTTP Basic. */
  clientId: string;
  clientSecret: string;
  issuer?: string;
  audience?: string;
  scopes?: readonly string[];
  clock: Clock;
  /** Milliseconds since 1970, for `exp`. */
  epochMs(): number;
  timeoutMs?: number;
  /** How long a yes is believed at most: a token that was withdrawn gets in for so long. */
  believeMs?: number;
  /** How many tokens are remembered. */
  remembered?: number;
}

/** A no is believed for a moment, so that a stranger cannot make us ask for every request. */
const BELIEVE_NO_MS = 5_000;

/** Opaque access tokens. Questions about the same token share one request, answers are kept for a while. */
export function introspectedTokens(options: IntrospectionOptions): TokenCheck {
  const { clock, believeMs = 60_000, remembered = 1_000 } = options;
  const answers = new Map<string, { active: Promise<boolean>; untilMs: number }>();
  return (token) => {
    const known = answers.get(token);
    if (known && clock.nowMs() < known.untilMs) return known.active;
    const asked = ask(token, options);
    const entry = {
      active: asked.then(({ active }) => active),
      untilMs: clock.nowMs() + believeMs,
    };
    answers.delete(token);
    answers.set(token, entry);
    for (const oldest of answers.keys()) {
      if (answers.size <= remembered) break;
      answers.delete(oldest);
    }
    asked.then(({ active, validForMs, certain }) => {
      if (!certain) answers.delete(token);
      else
        entry.untilMs = clock.nowMs() + Math.min(active ? believeMs : BELIEVE_NO_MS, validForMs ?? believeMs);
    });
    return entry.active;
  };
}

interface Verdict {
  active: boolean;
  validForMs?: number;
  /** False when nobody answered: the next request asks again. */
  certain: boolean;
}

async function ask(token: string, options: IntrospectionOptions): Promise<Verdict> {
  const { url, clientId, clientSecret, issuer, audience, scopes = [], timeoutMs = 3_000 } = options;
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        Authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        Accept: 'application/json',
      },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return { active: false, certain: false };
    const claims: unknown = await response.json();
    if (!isRecord(claims) || claims.active !== true) return { active: false, certain: true };
    const expiresAt = numberIn(claims.exp);
    const validForMs = expiresAt === undefined ? undefined : expiresAt * 1000 - options.epochMs();
    const granted = (textIn(claims.scope) ?? '').split(' ');
    const active =
      (validForMs === undefined || validForMs > 0) &&
      (issuer === undefined || claims.iss === issuer) &&
      (audience === undefined || [claims.aud].flat().includes(audience)) &&
      scopes.every((scope) => granted.includes(scope));
    return { active, validForMs, certain: true };
  } catch {
    return { active: false, certain: false };
  }
}
