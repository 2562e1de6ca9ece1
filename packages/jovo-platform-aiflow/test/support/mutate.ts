import type { Random } from '@jovo-telephony/telephony/testing';

type Tree = Record<string, unknown>;

const ODD: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  '\u0000',
  '\ud800',
  'Ä𝄞‮🙂',
  '__proto__',
  'constructor',
  'toString',
  '<script>',
  '{{7*7}}',
  [],
  {},
  [[[]]],
  { toString: 1, valueOf: null },
  JSON.parse('{"then":"x"}'),
  'x'.repeat(10_000),
];
const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'getInputType',
  'toJSON',
  'then',
  'event',
  'payload',
  'length',
  'id',
  'type',
  'text',
  'digit',
  'digits',
  'transcript',
  'barged_in',
  'session',
  'repeated',
  '',
  '🙂',
];
const TYPES = [
  'session_start',
  'user_speak',
  'user_barge_in',
  'dtmf_received',
  'assistant_speak',
  'assistant_speech_ended',
  'user_input_timeout',
  'timeout',
  'sms_failed',
  'session_end',
  'user_speech_started',
  'transfer_failed',
  'user_speech_abandoned',
  'hangup',
  '__proto__',
  '',
];

const MUTATIONS: readonly ((event: Tree, random: Random) => unknown)[] = [
  (event, { pick }) => without(event, pick(Object.keys(event))),
  (event, { pick }) => ({ ...event, [pick(Object.keys(event))]: pick(ODD) }),
  (event, { pick }) => ({ ...event, type: pick(TYPES) }),
  (event, { pick }) => withKey(event, pick(KEYS), pick(ODD)),
  (event, { pick }) => ({ ...event, session: withKey(asTree(event.session), pick(KEYS), pick(ODD)) }),
  (event, { pick }) => ({
    ...event,
    session: without(asTree(event.session), pick(['id', 'account_id', 'direction'])),
  }),
  (event, { below }) => ({ ...event, session: { id: `call-${below(500)}` } }),
  (event, { below, pick }) => ({ ...event, [pick(KEYS)]: nested(below(200)) }),
  (event, { pick }) => ({ ...event, text: pick(['ja', 'nein', '?', 'Öffnungszeiten', pick(ODD)]) }),
  (event, { pick }) => pick<unknown>([[event], { body: event }, event.session, event.type, null]),
];

/** An event with a few things wrong with it; parsed, as a server has it. */
export function mutated(event: Tree, random: Random): unknown {
  let result: unknown = event;
  for (let count = random.below(4); count >= 0; count -= 1) {
    if (typeof result !== 'object' || result === null || Array.isArray(result)) return result;
    result = random.pick(MUTATIONS)(result as Tree, random);
  }
  return result;
}

/** Bytes as they could come: now and then cut off, doubled or spoilt. */
export function mutatedText(event: Tree, random: Random): string {
  const text = JSON.stringify(mutated(event, random)) ?? '';
  switch (random.below(12)) {
    case 0:
      return text.slice(0, random.below(text.length + 1));
    case 1:
      return text + text;
    case 2: {
      const at = random.below(text.length + 1);
      return text.slice(0, at) + String.fromCharCode(random.below(0x2fff)) + text.slice(at);
    }
    case 3:
      return '['.repeat(random.below(5_000)) + text;
    default:
      return text;
  }
}

function without(tree: Tree, key: string): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => name !== key));
}

/** Sets a key as a JSON parser would: as an own property, whatever its name. */
function withKey(tree: Tree, key: string, value: unknown): Tree {
  const copy = { ...tree };
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

function asTree(value: unknown): Tree {
  return typeof value === 'object' && value !== null ? (value as Tree) : {};
}

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { value };
  return value;
}
