import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { phoneDigits } from '@jovo-telephony/telephony';
import type { AgentProfile } from './profile';
import { checkSource } from './profile-faults';
import {
  ambiguous,
  bySpecificity,
  type CallFacts,
  type Claim,
  claimOf,
  claimsAnything,
  fieldsOfCall,
  fits,
} from './profile-match';
import { isBase, readSource } from './profile-source';

/** Profiles that cannot be used. One line per fault: file, line, field, what was expected. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}

interface Candidate {
  readonly claim: Claim;
  readonly profile: AgentProfile;
}

/** The agents of this process, by the file they come from. */
export class Profiles {
  /** By number, and under `undefined` those that answer any number; the most specific first. */
  private candidates = new Map<string | undefined, Candidate[]>();

  constructor(
    private profiles: ReadonlyMap<string, AgentProfile>,
    private defaultProfile: AgentProfile,
  ) {
    this.index();
  }

  get all(): ReadonlyMap<string, AgentProfile> {
    return this.profiles;
  }

  get fallback(): AgentProfile {
    return this.defaultProfile;
  }

  /**
   * Who answers a call: number and match before number before match before the default profile. A plain text
   * is the number alone.
   */
  answering(call: CallFacts | string | undefined): AgentProfile {
    const facts = typeof call === 'string' ? { number: call } : (call ?? {});
    const number = phoneDigits(facts.number);
    const fields = fieldsOfCall(facts);
    const own = number === undefined ? [] : (this.candidates.get(number) ?? []);
    const found = [...own, ...(this.candidates.get(undefined) ?? [])].find(({ claim }) =>
      fits(claim, number, fields),
    );
    return found?.profile ?? this.defaultProfile;
  }

  /** What to remember of a choice in a call: the file of the profile. */
  keyOf(profile: AgentProfile): string | undefined {
    return [...this.profiles].find(([, one]) => one === profile)?.[0];
  }

  /** The profile of a key, as it is now; undefined if its file is gone. */
  byKey(key: string | undefined): AgentProfile | undefined {
    return key === undefined ? undefined : this.profiles.get(key);
  }

  /** Takes over what was read anew. Calls go on with the new text of their profile. */
  replaceWith(next: Profiles): void {
    this.profiles = next.profiles;
    this.defaultProfile = next.defaultProfile;
    this.index();
  }

  private index(): void {
    this.candidates = new Map();
    const all = [...this.profiles.values()].map((profile) => ({ claim: claimOf(profile), profile }));
    for (const candidate of all.sort((a, b) => bySpecificity(a.claim, b.claim))) {
      if (!claimsAnything(candidate.claim)) continue;
      const { numbers } = candidate.claim;
      for (const number of numbers.size > 0 ? numbers : [undefined]) {
        this.candidates.set(number, [...(this.candidates.get(number) ?? []), candidate]);
      }
    }
  }
}

/** Reads every profile of a folder, with its bases. All faults of all files are told at once. */
export function loadProfiles(folder: string): Profiles {
  const faults = new Set<string>();
  const all = new Map<string, AgentProfile>();
  const show = (file: string) => relative(process.cwd(), join(folder, file)) || file;
  const files = yamlFiles(folder);
  for (const file of files) {
    if (isBase(file)) continue;
    const read = (name: string) =>
      files.includes(name) ? readFileSync(join(folder, name), 'utf8') : undefined;
    const source = readSource(file, read, show);
    const profile = Array.isArray(source) ? source : checkSource(source);
    // Two profiles tell the faults of a base that they share: once is enough.
    if (Array.isArray(profile)) for (const fault of profile) faults.add(fault);
    else all.set(show(file), profile);
  }
  if (faults.size === 0) for (const fault of faultsBetween(all, folder)) faults.add(fault);
  const fallback = [...all.values()].find((profile) => profile.default);
  if (faults.size > 0 || !fallback) throw new ProfileError([...faults]);
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

/** What only shows when the profiles stand side by side. */
function faultsBetween(all: ReadonlyMap<string, AgentProfile>, folder: string): string[] {
  const faults: string[] = [];
  if (all.size === 0) faults.push(`${folder}: expected at least one agent profile (a .yaml file)`);
  const defaults = [...all].filter(([, profile]) => profile.default).map(([file]) => file);
  if (all.size > 0 && defaults.length !== 1) {
    const found = defaults.length === 0 ? 'none has it' : `it is in ${defaults.join(', ')}`;
    faults.push(`${folder}: expected "default: true" in exactly one profile; ${found}`);
  }
  const seen: [string, AgentProfile][] = [];
  for (const [file, profile] of all) {
    faults.push(...repeated(file, profile));
    for (const [owner, other] of seen) faults.push(...faultsOfPair(file, profile, owner, other));
    seen.push([file, profile]);
  }
  return faults;
}

function repeated(file: string, { numbers }: AgentProfile): string[] {
  const digits = numbers.map((number) => phoneDigits(number) ?? number);
  return numbers
    .filter((_, index) => digits.indexOf(digits[index] ?? '') !== index)
    .map((number) => `${file}: numbers: ${number} is already answered by ${file}`);
}

/** Two profiles that a call may reach equally well. */
function faultsOfPair(file: string, profile: AgentProfile, owner: string, other: AgentProfile): string[] {
  const [claim, otherClaim] = [claimOf(profile), claimOf(other)];
  if (!ambiguous(claim, otherClaim)) return [];
  if (profile.match) {
    const advice = 'add a condition to one of them, or different values to both';
    return [`${file}: match: a call may fit this and ${owner} equally well; ${advice}`];
  }
  return profile.numbers
    .filter((number) => otherClaim.numbers.has(phoneDigits(number) ?? number))
    .map((number) => `${file}: numbers: ${number} is already answered by ${owner}`);
}
