/**
 * What texts of a profile may name about the call. Everything in it may be missing, and everything but
 * `profile` and `time` was written by strangers: a SIP header is as good as a stranger's voice.
 */
export interface TemplateFacts {
  call?: { from?: string; to?: string; direction?: 'inbound' | 'outbound' };
  /** By name; upper and lower case do not matter. */
  headers?: Readonly<Record<string, string>>;
  metadata?: Readonly<Record<string, string>>;
  profile?: { name: string };
  time?: { greeting: string };
}

/** Where a filled text goes. In a `prompt` strangers' values stand in a frame that names them as data. */
export type Destination = 'speech' | 'prompt';

/** The most characters of a value that get into a text. */
export const MAX_VALUE_LENGTH = 200;

/** The names that exist. `foreign`: the value comes from outside and is framed in prompts. */
const SOURCES: readonly {
  name: RegExp;
  foreign: boolean;
  read(facts: TemplateFacts, key: string): unknown;
}[] = [
  { name: /^call\.from$/, foreign: true, read: ({ call }) => call?.from },
  { name: /^call\.to$/, foreign: true, read: ({ call }) => call?.to },
  { name: /^call\.direction$/, foreign: false, read: ({ call }) => direction(call?.direction) },
  { name: /^header\.([\w-]+)$/, foreign: true, read: ({ headers }, key) => own(headers, key, true) },
  { name: /^metadata\.([\w.-]+)$/, foreign: true, read: ({ metadata }, key) => own(metadata, key, false) },
  { name: /^profile\.name$/, foreign: false, read: ({ profile }) => profile?.name },
  { name: /^time\.greeting$/, foreign: false, read: ({ time }) => time?.greeting },
];

const PLACEHOLDER = /\$\{([^{}|]*)(?:\|([^{}]*))?\}/g;

/** One placeholder of a template: `${name}` or `${name|fallback}`. */
export interface Placeholder {
  name: string;
  fallback?: string;
  /** As it stands in the template. */
  source: string;
  foreign: boolean;
}

/**
 * The placeholders of a template in their order, and every `${` that is none or names nothing that exists.
 */
export function placeholdersOf(template: string): { placeholders: Placeholder[]; unknown: string[] } {
  const placeholders: Placeholder[] = [];
  const unknown: string[] = [];
  const rest = template.replace(PLACEHOLDER, (source, rawName: string, fallback: string | undefined) => {
    const name = rawName.trim();
    const found = SOURCES.find((one) => one.name.test(name));
    if (found) placeholders.push({ name, fallback: fallback?.trim(), source, foreign: found.foreign });
    else unknown.push(source);
    return ' ';
  });
  return { placeholders, unknown: [...unknown, ...(rest.match(/\$\{[^\s}]{0,40}/g) ?? [])] };
}

/**
 * The value of a placeholder, cleaned if it is foreign; undefined if the call has none, or nothing of use is
 * left.
 */
export function valueFor(name: string, facts: TemplateFacts): string | undefined {
  for (const source of SOURCES) {
    const match = source.name.exec(name);
    if (!match) continue;
    const value = source.read(facts, match[1] ?? '');
    if (typeof value !== 'string') return undefined;
    return (source.foreign ? cleaned(value) : value.trim()) || undefined;
  }
  return undefined;
}

/**
 * A template with its placeholders replaced, once and from left to right: what was put in is never read as a
 * template again. Nothing is evaluated. A missing value without fallback goes without leaving double spaces
 * or commas behind. Pure, never throws; at most {@link MAX_VALUE_LENGTH} characters and a frame for each
 * placeholder.
 */
export function fillIn(template: string, facts: TemplateFacts, destination: Destination = 'speech'): string {
  let out = '';
  let gap = false;
  let position = 0;
  const append = (text: string) => {
    if (text === '') return;
    out = gap ? closeGap(out, text) : out + text;
    gap = false;
  };
  for (const match of template.matchAll(PLACEHOLDER)) {
    const name = (match[1] ?? '').trim();
    append(template.slice(position, match.index));
    position = match.index + match[0].length;
    const value = valueFor(name, facts);
    const text = value === undefined ? (match[2]?.trim() ?? '') : framed(name, value, destination);
    append(text);
    if (text === '') gap = true;
  }
  append(template.slice(position));
  return gap ? out.replace(/[,\s]+$/, '') : out;
}

/** A value in a prompt cannot leave its frame: brackets and double quotes were taken out of it. */
function framed(name: string, value: string, destination: Destination): string {
  const foreign = SOURCES.some((source) => source.foreign && source.name.test(name));
  return foreign && destination === 'prompt' ? `[data ${name}: "${value}"]` : value;
}

/** Joins what stood on both sides of a value that is missing. */
function closeGap(before: string, after: string): string {
  const left = before.replace(/[ \t]+$/, '');
  if (left.endsWith('(') && /^[ \t]*\)/.test(after)) {
    return closeGap(left.slice(0, -1), after.replace(/^[ \t]*\)/, ''));
  }
  if (left === '' || left.endsWith('\n')) return left + after.replace(/^[ \t]*,?[ \t]*/, '');
  if (/^[ \t]*([.!?:;)]|\n|$)/.test(after)) return left.replace(/,$/, '') + after.replace(/^[ \t]+/, '');
  if (/^[ \t]*,/.test(after)) return left.replace(/,$/, '') + after.replace(/^[ \t]+/, '');
  return left.length < before.length ? `${left} ${after.replace(/^[ \t]+/, '')}` : left + after;
}

/**
 * What is left of a stranger's value: one line of words, figures and plain punctuation. Control, invisible
 * and direction characters, tags, template signs, quotes and Markdown go; `&` stands alone, so that it begins
 * no entity.
 */
export function cleaned(value: string): string {
  const line = value
    .slice(0, MAX_VALUE_LENGTH * 4)
    .normalize('NFKC')
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/[<>{}[\]()$\\`*#|~^="“”„‟«»‹›]/g, ' ')
    .replace(/&/g, ' & ')
    .replace(/ +/g, ' ')
    .trim();
  return [...line].slice(0, MAX_VALUE_LENGTH).join('').trim();
}

/** Networks are read leniently; a text knows two directions. */
function direction(value: unknown): unknown {
  return value === 'inbound' || value === 'outbound' ? value : undefined;
}

/** A value by its own name only: nothing that objects inherit. */
function own(
  values: Readonly<Record<string, string>> | undefined,
  key: string,
  anyCase: boolean,
): string | undefined {
  const same = (name: string) => (anyCase ? name.toLowerCase() === key.toLowerCase() : name === key);
  return Object.entries(values ?? {}).find(([name]) => same(name))?.[1];
}
