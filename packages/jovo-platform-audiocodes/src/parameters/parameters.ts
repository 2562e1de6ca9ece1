import { z } from 'zod';
import type { Fields } from '../wire';
import { PARAMETERS, type ParameterName } from './parameter-table';

type At<L extends string> = {
  [N in ParameterName]: (typeof PARAMETERS)[N]['levels'] extends `${string}${L}${string}` ? N : never;
}[ParameterName];

type Values<N extends ParameterName> = { [K in N]?: z.input<(typeof PARAMETERS)[K]['schema']> };

/** Parameters that hold for the rest of the call (spec 5.1). Further names are sent as they are. */
export type SessionParams = Values<At<'S'>> & { [extension: string]: unknown };

/** Parameters that hold until the next prompt. Further names are sent as they are. */
export type ActivityParams = Values<At<'A'>> & { [extension: string]: unknown };

/** Parameters that may leave, and what is wrong with the rest: one sentence each, without any value. */
export interface CheckedParams {
  params: Record<string, unknown>;
  faults: string[];
}

const BY_LOWER_CASE = new Map(
  Object.keys(PARAMETERS).map((name) => [name.toLowerCase(), name as ParameterName]),
);

/**
 * Checks what is to leave. A parameter that is wrong, or not meant for this level, is left out; one that nobody
 * knows passes: gateways get new ones faster than we do.
 */
export function checkParams(given: Fields, level: 'S' | 'A'): CheckedParams {
  const params: [string, unknown][] = [];
  const faults: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const known = BY_LOWER_CASE.get(name.toLowerCase());
    const fault = known === undefined ? faultOfExtension(name, value) : faultOf(known, name, value, level);
    if (fault === undefined) params.push([name, value]);
    else faults.push(`"${name}" was left out: ${fault}`);
  }
  return { params: Object.fromEntries(params), faults };
}

function faultOf(known: ParameterName, name: string, value: unknown, level: 'S' | 'A'): string | undefined {
  const { schema, levels } = PARAMETERS[known];
  if (name !== known) return `it is written ${known}`;
  if (!levels.includes(level)) return LEVEL_ADVICE[levels];
  return schema.safeParse(value).success ? undefined : `expected ${expectationOf(schema)}`;
}

const LEVEL_ADVICE = {
  S: 'it holds for the whole call; put it into sessionParams',
  A: 'it holds for one activity; put it into activityParams',
  SA: 'it cannot be set here',
  C: 'only the administrator of the gateway can set it',
} as const;

/** An extension must at least be JSON. */
function faultOfExtension(name: string, value: unknown): string | undefined {
  if (name === '__proto__') return 'no parameter has this name';
  try {
    if (JSON.stringify(value) !== undefined) return undefined;
  } catch {
    // A circle or a bigint: told below.
  }
  return 'expected something that JSON can hold';
}

type JsonSchema = Record<string, unknown>;

/** What a schema asks for, in words: "a whole number from 0 to 5". */
export function expectationOf(schema: z.ZodType): string {
  return inWords(z.toJSONSchema(schema) as JsonSchema);
}

function inWords(schema: JsonSchema): string {
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map((one) => inWords(one as JsonSchema)).join(' or ');
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(', ')}`;
  switch (schema.type) {
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number${rangeOf(schema)}`;
    case 'number':
      return `a number${rangeOf(schema)}`;
    case 'array':
      return `a list of ${inWords(schema.items as JsonSchema).replace(/^an? /, '')}`;
    case 'object':
      return `an object with ${Object.keys(schema.properties as object).join(', ')}`;
    case 'null':
      return 'null';
    default:
      return schema.pattern === undefined
        ? 'a text that is not blank'
        : `a text like ${String(schema.pattern)}`;
  }
}

function rangeOf({ minimum, maximum }: JsonSchema): string {
  const bounds = [minimum, maximum].map((bound) =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined,
  );
  const [least, most] = bounds;
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` of at least ${least}`;
  return most === undefined ? '' : ` of at most ${most}`;
}
