import { isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { extendsSchema } from './profile';

export type Path = readonly (string | number)[];

/** The text of a file in the folder of the profiles; undefined if there is none. */
export type ReadText = (file: string) => string | undefined;

/** A profile as it was written: its own file with its bases merged in, not yet checked. */
export interface ProfileSource {
  /** Plain data, without `extends`. */
  readonly value: unknown;
  /**
   * `file:line` of a field, in the file where it stands; for a missing one, where its parent does. With a
   * `snippet`, the line of that text within the field.
   */
  where(path: Path, snippet?: string): string;
}

interface Layer {
  readonly shown: string;
  readonly text: string;
  readonly value: unknown;
  readonly parsed: Parsed;
}

/** A text with its places. */
interface Parsed {
  readonly lines: LineCounter;
  readonly document: ReturnType<typeof parseDocument>;
}

/** Bases are for others to build on; they answer no call. */
export function isBase(file: string): boolean {
  return file.startsWith('_');
}

/**
 * A file and its bases as one. `show` makes the name that people are told. The result is either sound YAML or
 * the faults: broken files, bases that do not exist, circles.
 */
export function readSource(
  file: string,
  read: ReadText,
  show = (name: string) => name,
): ProfileSource | string[] {
  const layers: Layer[] = [];
  const chain: string[] = [];
  for (let next: string | undefined = file; next !== undefined; ) {
    const text: string | undefined = read(next);
    const asking = layers.at(-1);
    if (text === undefined) {
      const from = asking ? `${at(asking, ['extends'])}: extends` : show(next);
      return [`${from}: there is no file ${next} in this folder`];
    }
    chain.push(next);
    const layer = parse(text, show(next), layers.length > 0);
    if (Array.isArray(layer)) return layer;
    layers.push(layer);
    if (!hasBase(layer.value)) break;
    const base = extendsSchema.safeParse(layer.value.extends);
    const here = `${at(layer, ['extends'])}: extends`;
    if (!base.success) return [`${here}: expected ${extendsSchemaText(base.error.issues[0]?.message)}`];
    if (chain.includes(base.data))
      return [`${here}: goes in a circle: ${[...chain, base.data].join(' -> ')}`];
    next = base.data;
  }
  const value = layers.map(withoutBase).reduceRight((merged, own) => merge(merged, own));
  return { value, where: (path, snippet) => locate(layers, path, snippet) };
}

function extendsSchemaText(message: string | undefined): string {
  return message?.startsWith('the name') ? message : 'the name of a YAML file in the same folder';
}

function hasBase(value: unknown): value is { extends: unknown } {
  return isRecord(value) && Object.hasOwn(value, 'extends');
}

function withoutBase({ value }: Layer): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'extends'));
}

function parse(text: string, shown: string, isBelow: boolean): Layer | string[] {
  const layer = jsonLayer(text, shown) ?? yamlLayer(text, shown);
  if (Array.isArray(layer)) return layer;
  return isBelow && !isRecord(layer.value) ? [`${shown}:1: expected keys of a profile`] : layer;
}

/**
 * JSON is YAML, too, and a bundle for serverless has its profiles in it: without a YAML parser a process starts
 * earlier. Only a fault, which has a place, still needs one.
 */
function jsonLayer(text: string, shown: string): Layer | undefined {
  if (!text.startsWith('{')) return undefined;
  let parsed: Parsed | undefined;
  try {
    const value: unknown = JSON.parse(text);
    return {
      shown,
      text,
      value,
      get parsed() {
        parsed ??= parsedOf(text);
        return parsed;
      },
    };
  } catch {
    return undefined;
  }
}

function yamlLayer(text: string, shown: string): Layer | string[] {
  const parsed = parsedOf(text);
  const { lines, document } = parsed;
  if (document.errors.length > 0) {
    return document.errors.map(({ message, pos }) => `${shown}:${lines.linePos(pos[0]).line}: ${message}`);
  }
  return { shown, text, value: document.toJS(), parsed };
}

function parsedOf(text: string): Parsed {
  const lines = new LineCounter();
  return { lines, document: parseDocument(text, { lineCounter: lines, prettyErrors: false }) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * `own` over `base`: objects merge key by key, everything else replaces. Neither is changed. Associative as
 * long as no key is an object in one and something else in another.
 */
export function merge(base: unknown, own: unknown): unknown {
  if (!isRecord(base) || !isRecord(own)) return own;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(own)])];
  // From entries, not by assignment: a key `__proto__` stays a key.
  return Object.fromEntries(
    keys.map((key) => {
      if (!Object.hasOwn(own, key)) return [key, base[key]];
      return [key, Object.hasOwn(base, key) ? merge(base[key], own[key]) : own[key]];
    }),
  );
}

/** Follows a path through the layers the way `merge` does, own file first. */
function locate(layers: readonly Layer[], path: Path, snippet?: string): string {
  let found = { layer: layers[0] as Layer, offset: 0 };
  let live = layers;
  for (let depth = 1; depth <= path.length; depth += 1) {
    const here = path.slice(0, depth);
    const having = live.filter(({ parsed }) => parsed.document.hasIn(here));
    const first = having[0];
    if (!first) break;
    found = { layer: first, offset: offsetOf(first, here) };
    const end = having.findIndex(({ parsed }) => !isMap(parsed.document.getIn(here, true)));
    live = end < 0 ? having : end === 0 ? [first] : having.slice(0, end);
  }
  const { layer, offset } = found;
  const inside = snippet === undefined ? -1 : layer.text.indexOf(snippet, offset);
  return `${layer.shown}:${layer.parsed.lines.linePos(inside < 0 ? offset : inside).line}`;
}

function at(layer: Layer, path: Path): string {
  return locate([layer], path);
}

/** Where a field begins: its key in a map, itself in a list. */
function offsetOf({ parsed: { document } }: Layer, path: Path): number {
  const parent = document.getIn(path.slice(0, -1), true);
  const last = String(path.at(-1));
  const node = isMap(parent)
    ? parent.items.find(({ key }) => String(isNode(key) ? key.toJSON() : key) === last)?.key
    : document.getIn(path, true);
  return isNode(node) && node.range ? node.range[0] : 0;
}
