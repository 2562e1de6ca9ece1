import { phoneDigits } from '@jovo-telephony/telephony';
import type { AgentProfile } from './profile';

/** What a profile is chosen by, as the network gives it. */
export interface CallFacts {
  /** Our own number in the call: the called one of an inbound call, the calling one of an outbound call. */
  number?: string;
  network?: string;
  /** By name; upper and lower case do not matter in names. */
  headers?: Readonly<Record<string, string>>;
  metadata?: Readonly<Record<string, string>>;
}

/** One thing that a call must have. `exact` is undefined for a pattern. */
interface Condition {
  readonly field: string;
  readonly exact: string | undefined;
  holds(value: string): boolean;
}

/** What a profile claims: numbers (none: any number) and conditions, all of which must hold. */
export interface Claim {
  readonly numbers: ReadonlySet<string>;
  readonly conditions: readonly Condition[];
}

/**
 * Callers write the values, and matching takes time: exponential with repeated groups or back-references,
 * which are refused, polynomial with every further repetition. With these limits the worst value costs a
 * fraction of a second.
 */
const MAX_PATTERN_INPUT = 128;
const MAX_REPETITIONS = 3;

const PATTERN = /^\/(.+)\/(i?)$/s;

/** Why a condition's text cannot be used; undefined if it can. */
export function matchFault(text: string): string | undefined {
  const [, source, flags] = PATTERN.exec(text) ?? [];
  if (source === undefined) return text === '' ? 'a value, or a pattern between slashes' : undefined;
  const bare = source.replace(/\\./gs, 'x').replace(/\[[^\]]*\]/g, 'x');
  const repetitions = bare.match(/[+*]|\{\d/g)?.length ?? 0;
  if (/\)[+*{]/.test(bare) || /\\[1-9k]/.test(source) || repetitions > MAX_REPETITIONS) {
    return `a pattern without repeated groups and back-references, with at most ${MAX_REPETITIONS} repetitions`;
  }
  try {
    new RegExp(source, flags);
    return undefined;
  } catch {
    return 'a regular expression between slashes; this one cannot be read';
  }
}

export function claimOf({ numbers, match }: AgentProfile): Claim {
  const named = (kind: 'header' | 'metadata', values: Readonly<Record<string, string>> | undefined) =>
    Object.entries(values ?? {}).map(([name, text]) => condition(fieldOf(kind, name), text));
  return {
    numbers: new Set(numbers.map((number) => phoneDigits(number) ?? number)),
    conditions: [
      ...(match?.network ? [condition('network', match.network)] : []),
      ...named('header', match?.headers),
      ...named('metadata', match?.metadata),
    ],
  };
}

/** Header names are the same in any case, metadata keys are not. */
function fieldOf(kind: 'header' | 'metadata', name: string): string {
  return `${kind}.${kind === 'header' ? name.toLowerCase() : name}`;
}

function condition(field: string, text: string): Condition {
  const [, source, flags] = PATTERN.exec(text) ?? [];
  if (source === undefined) return { field, exact: text, holds: (value) => value === text };
  const pattern = new RegExp(source, flags);
  return {
    field,
    exact: undefined,
    holds: (value) => value.length <= MAX_PATTERN_INPUT && pattern.test(value),
  };
}

/** A claim without number and condition claims nothing: its profile is reached as the default only. */
export function claimsAnything({ numbers, conditions }: Claim): boolean {
  return numbers.size > 0 || conditions.length > 0;
}

/** For `sort`: the most specific claim first. A number outweighs any conditions; then more conditions win. */
export function bySpecificity(a: Claim, b: Claim): number {
  return Number(b.numbers.size > 0) - Number(a.numbers.size > 0) || b.conditions.length - a.conditions.length;
}

/** The facts of a call in the form that conditions ask for. Reads own properties only. */
export function fieldsOfCall(facts: CallFacts): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(facts.headers ?? {})) fields.set(fieldOf('header', name), value);
  for (const [key, value] of Object.entries(facts.metadata ?? {}))
    fields.set(fieldOf('metadata', key), value);
  if (facts.network !== undefined) fields.set('network', facts.network);
  return fields;
}

export function fits(claim: Claim, number: string | undefined, fields: ReadonlyMap<string, string>): boolean {
  if (claim.numbers.size > 0 && (number === undefined || !claim.numbers.has(number))) return false;
  return claim.conditions.every(({ field, holds }) => {
    const value = fields.get(field);
    return typeof value === 'string' && holds(value);
  });
}

/**
 * Whether a call may exist that fits both claims equally well, so that nobody could say who answers. Two
 * claims exclude each other if they want different values in one field; of two patterns nobody can tell.
 */
export function ambiguous(a: Claim, b: Claim): boolean {
  if (!claimsAnything(a) || !claimsAnything(b) || bySpecificity(a, b) !== 0) return false;
  if (a.numbers.size > 0 && ![...a.numbers].some((number) => b.numbers.has(number))) return false;
  return !a.conditions.some((one) => b.conditions.some((other) => exclude(one, other)));
}

function exclude(one: Condition, other: Condition): boolean {
  if (one.field !== other.field) return false;
  if (one.exact !== undefined) return !other.holds(one.exact);
  return other.exact !== undefined && !one.holds(other.exact);
}
