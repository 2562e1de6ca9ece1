import type { PolicyRefusal } from '@jovo-telephony/telephony';
import type { z } from 'zod';
import { unreachableNumbers } from '../policy-of';
import { fillIn, placeholdersOf } from './placeholders';
import { type AgentProfile, profileSchema } from './profile';
import { textsOf } from './profile-fill';
import { offeredLanguages } from './profile-language';
import type { Path, ProfileSource } from './profile-source';
import { timeZoneOf } from './time-zone';

/** The profile of a source, or its faults: one line each, with file, line, field and what was expected. */
export function checkSource(source: ProfileSource): AgentProfile | string[] {
  const parsed = profileSchema.safeParse(source.value, { reportInput: true });
  if (parsed.success) {
    const faults = [textFaults, strayFaults, menuFaults, languageFaults, numberFaults].flatMap((find) =>
      find(parsed.data, source),
    );
    return faults.length > 0 ? faults : parsed.data;
  }
  return parsed.error.issues.flatMap((issue) =>
    fieldsOf(issue).map((path) => told(source, path, expectation(issue))),
  );
}

function told(source: ProfileSource, path: Path, what: string, snippet?: string): string {
  return `${source.where(path, snippet)}: ${path.join('.') || 'profile'}: ${what}`;
}

/** Zod reports unknown keys on their parent; a reader wants to be led to the key. */
function fieldsOf(issue: z.core.$ZodIssue): Path[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

/** What people call the types of a YAML file. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/** `number: 4921163551` is a number to YAML, and 0211 another one. */
function isTextWithoutQuotes({ expected, input }: z.core.$ZodIssueInvalidType): boolean {
  return expected === 'string' && ['number', 'boolean'].includes(typeof input);
}

const COUNTED: Readonly<Record<string, string>> = { array: ' in the list', string: ' characters' };

function limit(bound: string, value: number | bigint, origin: string): string {
  return `${bound} ${value}${COUNTED[origin] ?? ''}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'this key is not known; see docs/profiles.md for those that are';
    case 'invalid_type': {
      const kind = KINDS[issue.expected] ?? issue.expected;
      if (issue.input === undefined) return `is missing; expected ${kind}`;
      return `expected ${kind}${isTextWithoutQuotes(issue) ? ' in quotes' : ''}`;
    }
    case 'invalid_key':
      return `expected ${issue.issues[0]?.message ?? 'another name'}`;
    case 'invalid_union':
      return issue.message === 'Invalid input' ? issue.message : `expected ${issue.message}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_format':
      return `expected ${issue.message}`;
    case 'custom':
      return issue.params?.isSentence ? issue.message : `expected ${issue.message}`;
    case 'too_small':
      return `expected ${issue.message.startsWith('Too') ? limit('at least', issue.minimum, issue.origin) : issue.message}`;
    case 'too_big':
      return `expected ${issue.message.startsWith('Too') ? limit('at most', issue.maximum, issue.origin) : issue.message}`;
    default:
      return issue.message;
  }
}

const NAMES = 'call.from, call.to, call.direction, header.NAME, metadata.KEY, profile.name, time.greeting';

/** Placeholders that name nothing, texts that may come out empty, and a time of day that nobody can tell. */
function textFaults(profile: AgentProfile, source: ProfileSource): string[] {
  const known = { profile: { name: profile.name }, time: { greeting: profile.greeting } };
  const zone = timeZoneOf(profile);
  const faults = textsOf(profile).flatMap(({ path, text }) => {
    const { placeholders, unknown } = placeholdersOf(text);
    const needsZone = zone === undefined && placeholders.find(({ name }) => name === 'time.greeting');
    const isEmpty = unknown.length === 0 && !/[\p{L}\p{N}]/u.test(fillIn(text, known));
    return [
      ...unknown.map((found) => told(source, path, `${found} is no placeholder; known are ${NAMES}`, found)),
      ...(isEmpty ? [told(source, path, 'nothing is left of it if a value is missing; add a |default')] : []),
      ...(needsZone ? [told(source, path, NO_ZONE, needsZone.source)] : []),
    ];
  });
  const timed = (['morning', 'afternoon', 'evening'] as const).find((part) => profile.greetings[part]);
  if (zone === undefined && timed) faults.push(told(source, ['greetings', timed], NO_ZONE));
  if (zone === undefined) faults.push(...hoursIn(profile).map((path) => told(source, path, NO_ZONE)));
  return faults;
}

/** Where opening hours stand. */
function hoursIn({ policy, destinations }: AgentProfile): Path[] {
  const own = Object.entries(destinations).filter(
    ([, { hours }]) => hours !== undefined && hours !== 'always',
  );
  return [
    ...(policy?.hours ? [['policy', 'hours']] : []),
    ...own.map(([name]) => ['destinations', name, 'hours']),
  ];
}

const NO_ZONE = 'needs to know the time of day; expected the key timeZone, for example "America/New_York"';

/** Placeholders where none are filled in would be read out to the caller, or never match. */
function strayFaults(profile: AgentProfile, source: ProfileSource): string[] {
  const allowed = new Set(textsOf(profile).map(({ path }) => path.join('\n')));
  return [...stringsIn(profile, [])]
    .filter(([path, text]) => text.includes('${') && !allowed.has(path.join('\n')) && path[0] !== 'match')
    .map(([path]) => told(source, path, 'placeholders are not filled in here', '${'));
}

/** Keys that lead to a destination, or to a language, which is not there. */
function menuFaults(profile: AgentProfile, source: ProfileSource): string[] {
  const { menu, destinations } = profile;
  const names = Object.keys(destinations).join(', ') || 'none';
  const languages = offeredLanguages(profile);
  return Object.entries(menu?.keys ?? {}).flatMap(([key, { transfer, language }]) => [
    ...(transfer === undefined || Object.hasOwn(destinations, transfer)
      ? []
      : [told(source, ['menu', 'keys', key, 'transfer'], `expected the name of a destination: ${names}`)]),
    ...(language === undefined || languages.includes(language)
      ? []
      : [
          told(
            source,
            ['menu', 'keys', key, 'language'],
            `expected one of languages: ${languages.join(', ')}`,
          ),
        ]),
  ]);
}

/** A language that is spoken as another one, and announcements of destinations that are not there. */
function languageFaults({ languages, destinations }: AgentProfile, source: ProfileSource): string[] {
  const names = Object.keys(destinations).join(', ') || 'none';
  return Object.entries(languages).flatMap(([key, { language, announcements }]) => [
    ...(language.startsWith(key)
      ? []
      : [
          told(
            source,
            ['languages', key, 'language'],
            `expected a tag of that language, for example "${key}"`,
          ),
        ]),
    ...Object.keys(announcements)
      .filter((name) => !Object.hasOwn(destinations, name))
      .map((name) =>
        told(
          source,
          ['languages', key, 'announcements', name],
          `expected the name of a destination: ${names}`,
        ),
      ),
  ]);
}

/** Where a transfer would always be refused: better told now than to a caller who was promised it. */
function numberFaults(profile: AgentProfile, source: ProfileSource): string[] {
  return unreachableNumbers(profile).map(({ destination, attempt, reason, sentence }) => {
    const key = attempt === 0 ? ['number'] : ['otherwise', attempt - 1];
    return told(
      source,
      ['destinations', destination, ...key],
      `${sentence} ${NUMBER_ADVICE[reason] ?? NUMBER}`,
    );
  });
}

const NUMBER = 'Expected a fixed line or mobile with its country code, for example "4921163551"';

const NUMBER_ADVICE: Partial<Record<PolicyRefusal, string>> = {
  number_country: 'Expected one of the countries of numbers and language; allow others in policy.allow',
  number_denied: 'Expected another number, or another policy.deny',
};

function* stringsIn(value: unknown, path: Path): Generator<[Path, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* stringsIn(item, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* stringsIn(item, [...path, key]);
  }
}
