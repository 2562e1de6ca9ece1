import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { phoneDigits } from '@jovo-telephony/telephony';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type AgentProfile, profileSchema } from './profile';

/** Profiles that cannot be used. One line per fault: file, line, field, what was expected. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

/** The agents of this process. */
export class Profiles {
  private readonly byNumber = new Map<string, AgentProfile>();

  constructor(
    readonly all: ReadonlyMap<string, AgentProfile>,
    readonly fallback: AgentProfile,
  ) {
    for (const profile of all.values()) {
      for (const number of profile.numbers) this.byNumber.set(phoneDigits(number) ?? number, profile);
    }
  }

  /** Who answers this number; the default profile for a number that nobody claims. */
  answering(number: string | undefined): AgentProfile {
    return this.byNumber.get(phoneDigits(number) ?? '') ?? this.fallback;
  }
}

/** Reads every YAML file of a folder. All faults of all files are told at once. */
export function loadProfiles(folder: string): Profiles {
  const faults: string[] = [];
  const all = new Map<string, AgentProfile>();
  for (const file of yamlFiles(folder)) {
    const path = join(folder, file);
    const where = relative(process.cwd(), path) || path;
    const read = readProfile(readFileSync(path, 'utf8'), where);
    if (Array.isArray(read)) faults.push(...read);
    else all.set(where, read);
  }
  if (faults.length === 0) faults.push(...faultsBetween(all, folder));
  const fallback = [...all.values()].find((profile) => profile.default);
  if (faults.length > 0 || !fallback) throw new ProfileError(faults);
  return new Profiles(all, fallback);
}

function yamlFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .sort();
  } catch {
    throw new ProfileError([
      `${folder}: expected a folder with agent profiles. Set AGENTS_DIR to the folder that has them.`,
    ]);
  }
}

/** The profile, or its faults. */
export function readProfile(text: string, where: string): AgentProfile | string[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return document.errors.map(({ message, pos }) => `${where}:${lines.linePos(pos[0]).line}: ${message}`);
  }
  const parsed = profileSchema.safeParse(document.toJS(), { reportInput: true });
  if (parsed.success) return parsed.data;
  return parsed.error.issues.flatMap((issue) =>
    fieldsOf(issue).map((path) => {
      const line = lines.linePos(offsetOf(document, path)).line;
      return `${where}:${line}: ${path.join('.') || 'profile'}: ${expectation(issue)}`;
    }),
  );
}

type Path = readonly (string | number)[];

/** Zod reports unknown keys on their parent; a reader wants to be led to the key. */
function fieldsOf(issue: z.core.$ZodIssue): Path[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol');
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'this key is not known; see docs/profiles.md for those that are';
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing; expected ${issue.expected}`
        : `expected ${issue.expected}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'invalid_format':
      return `expected ${issue.message}`;
    case 'too_small':
    case 'too_big':
      return issue.message.startsWith('Too') ? issue.message : `expected ${issue.message}`;
    default:
      return issue.message;
  }
}

/** Where a field stands in the file; for a missing one, where its parent does. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const key = isMap(parent)
      ? parent.items.find((item) => String(isNode(item.key) ? item.key.toJSON() : item.key) === String(last))
          ?.key
      : document.getIn(path.slice(0, length), true);
    if (isNode(key) && key.range) return key.range[0];
  }
  return 0;
}

/** What only shows when the profiles stand side by side. */
function faultsBetween(all: ReadonlyMap<string, AgentProfile>, folder: string): string[] {
  const faults: string[] = [];
  if (all.size === 0) faults.push(`${folder}: expected at least one agent profile (a .yaml file)`);
  const defaults = [...all].filter(([, profile]) => profile.default).map(([file]) => file);
  if (all.size > 0 && defaults.length !== 1) {
    const found = defaults.length === 0 ? 'none has it' : `it is in ${defaults.join(', ')}`;
    faults.push(`${folder}: expected "default: true" in exactly one profile; ${found}`);
  }
  const owners = new Map<string, string>();
  for (const [file, profile] of all) {
    for (const number of profile.numbers) {
      const digits = phoneDigits(number) ?? number;
      const owner = owners.get(digits);
      if (owner) faults.push(`${file}: numbers: ${number} is already answered by ${owner}`);
      owners.set(digits, file);
    }
  }
  return faults;
}
