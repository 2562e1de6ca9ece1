/** YAML to `CallScript`. Every complaint names file, line and what was expected. */
import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { SimulatorError } from './errors';
import {
  CALL_KEYS,
  type CallScript,
  LIMIT_KEYS,
  type Reader,
  readCondition,
  readDurationMs,
  type ScriptCall,
  type Step,
  VERBS,
  type Verb,
} from './script-format';

const TOP_KEYS = ['title', 'language', 'call', 'limits', 'steps'];

/** Reads a script from disk. */
export function readScript(file: string): CallScript {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SimulatorError(
      'SIM_SCRIPT',
      `${file}: cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
    );
  }
  return parseScript(source, file);
}

/** Reads a script from text; `file` is only named in messages. */
export function parseScript(source: string, file = 'script'): CallScript {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const lineOf = (node: Node | null | undefined) => lines.linePos(node?.range?.[0] ?? 0).line || 1;
  const complain = (line: number, sentence: string): never => {
    throw new SimulatorError('SIM_SCRIPT', `${file}:${line}: ${sentence}.`);
  };
  const [error] = document.errors;
  if (error)
    return complain(
      lines.linePos(error.pos[0]).line,
      `this is not YAML: ${error.message.replace(/\.$/, '')}`,
    );

  const readerAt = (line: number, what: string): Reader => ({
    line,
    fail: (expected, got) =>
      complain(
        line,
        `${what}: expected ${expected}${got === undefined ? '' : `, got ${JSON.stringify(got)}`}`,
      ),
  });
  /** Keys and values of a map, each with its reader; unknown keys are refused. */
  const entries = (node: unknown, what: string, known: readonly string[]) => {
    if (!isMap(node)) return complain(lineOf(node as Node), `${what}: expected keys and values`);
    return node.items.map((pair: Pair) => {
      const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
      const line = lineOf(pair.key as Node);
      if (!known.includes(key))
        complain(line, `${what} has no "${key}"; expected one of ${known.join(', ')}`);
      const value = pair.value as Node | null;
      return { key, node: value, value: value?.toJS(document) ?? null, reader: readerAt(line, key) };
    });
  };

  const script: CallScript = { file, title: file, call: {}, limits: {}, steps: [] };
  const readers: Record<string, (node: Node | null, value: unknown, reader: Reader) => void> = {
    title: (_node, value, reader) => {
      script.title = typeof value === 'string' ? value : reader.fail('a text', value);
    },
    language: (_node, value, reader) => {
      const isTag = typeof value === 'string' && /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(value);
      script.language = isTag ? (value as string) : reader.fail('a language tag such as de-DE', value);
    },
    call: (node) => {
      for (const each of entries(node, 'call', Object.keys(CALL_KEYS))) {
        const [option, read] = CALL_KEYS[each.key] as (typeof CALL_KEYS)[string];
        Object.assign(script.call, { [option]: read(each.value, each.reader) } satisfies Partial<ScriptCall>);
      }
    },
    limits: (node) => {
      for (const each of entries(node, 'limits', Object.keys(LIMIT_KEYS))) {
        script.limits[LIMIT_KEYS[each.key] as keyof CallScript['limits']] = readDurationMs(
          each.value,
          each.reader,
        );
      }
    },
    steps: (node, _value, reader) => {
      if (!isSeq(node) || node.items.length === 0) return reader.fail('a list of steps, each with a dash');
      script.steps = node.items.map((item) => readStep(item as Node));
    },
  };

  const readStep = (node: Node): Step => {
    // `- hangs_up` without a colon is a plain word.
    if (isScalar(node) && typeof node.value === 'string' && Object.hasOwn(VERBS, node.value)) {
      return VERBS[node.value as Verb].read(null, {}, readerAt(lineOf(node), node.value));
    }
    const verbs = Object.keys(VERBS);
    if (!isMap(node) || node.items.length === 0) {
      return complain(lineOf(node), `a step is one of ${verbs.join(', ')}`);
    }
    const first = String((node as YAMLMap<{ value: unknown }>).items[0]?.key?.value);
    if (!Object.hasOwn(VERBS, first)) {
      return complain(lineOf(node), `there is no step "${first}"; expected one of ${verbs.join(', ')}`);
    }
    const rule = VERBS[first as Verb];
    const all = entries(node, first, [first, ...(rule.also ?? []), 'if']);
    const [own, ...more] = all as [(typeof all)[number], ...typeof all];
    if (rule.inside && isMap(own.node)) entries(own.node, first, rule.inside);
    else if (isMap(own.node)) own.reader.fail('a single value', own.value);
    const also = Object.fromEntries(more.map((each) => [each.key, each.value]));
    const step = rule.read(own.value, also, readerAt(lineOf(node), first));
    const condition = more.find((each) => each.key === 'if');
    return condition ? { ...step, condition: readCondition(condition.value, condition.reader) } : step;
  };

  const top = entries(document.contents, 'a call script', TOP_KEYS);
  for (const { key, node, value, reader } of top) readers[key]?.(node, value, reader);
  if (script.steps.length === 0) return complain(1, 'a call script needs steps');
  return script;
}
