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
  '<speak>',
  '{{7*7}}',
  [],
  {},
  [[[]]],
  { toString: 1, valueOf: null },
  JSON.parse('{"then":"x","__proto__":{"direction":"outbound"}}'),
  'x'.repeat(10_000),
];

const KEYS: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toJSON', 'then', 'length', '', '🙂'],
  ...['id', 'type', 'name', 'text', 'value', 'parameters', 'conversation', 'conversationId', 'activities'],
  ...['caller', 'callee', 'dialoutMetadata', 'sipHeaders', 'participants', 'participant', 'reasonCode'],
  ...['audioChunk', 'mediaFormat', 'supportedMediaFormats', 'status', 'count', 'timestamp'],
];

const WORDS: readonly string[] = [
  ...['event', 'message', 'Event', 'start', 'DTMF', 'noUserInput', 'playFinished', 'transferStatus'],
  ...[
    'machineDetection',
    'speechHypothesis',
    'voiceDetected',
    'dialoutInitiated',
    'conversationEnd',
    'hangup',
  ],
  ...[
    'session.initiate',
    'session.resume',
    'session.end',
    'activities',
    'userStream.start',
    'userStream.stop',
  ],
  ...[
    'userStream.chunk',
    'connection.validate',
    'answered',
    'failed',
    'finished',
    'interrupted',
    '1',
    '#',
    '?',
  ],
];

/** JSON with a few things wrong in it, anywhere; parsed, as a server has it. */
export function mutated(given: unknown, random: Random): unknown {
  let result = structuredClone(given);
  for (let count = random.below(4); count > 0; count -= 1) result = changed(result, random);
  return result;
}

/** Goes down to a place of chance and does something to it. */
function changed(node: unknown, random: Random): unknown {
  if (typeof node !== 'object' || node === null || random.below(6) === 0) return instead(node, random);
  if (Array.isArray(node)) {
    if (random.below(4) === 0) return [...node, ...node, random.pick(ODD)].slice(random.below(3));
    const at = random.below(node.length);
    return node.map((each, index) => (index === at ? changed(each, random) : each));
  }
  const keys = Object.keys(node);
  const key = random.pick(keys);
  if (key === undefined || random.below(4) === 0) return withKey(node, random.pick(KEYS), random.pick(ODD));
  if (random.below(4) === 0) return Object.fromEntries(Object.entries(node).filter(([name]) => name !== key));
  return withKey(node, key, changed((node as Tree)[key], random));
}

function instead(node: unknown, random: Random): unknown {
  switch (random.below(8)) {
    case 0:
    case 1:
    case 2:
      return random.pick(WORDS);
    case 3:
      return [node];
    case 4:
      return nested(random.below(60));
    default:
      return random.pick(ODD);
  }
}

/** Bytes as they could come: now and then cut off, doubled or spoilt. */
export function mutatedText(given: unknown, random: Random): string {
  const text = JSON.stringify(mutated(given, random)) ?? '';
  switch (random.below(16)) {
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

/** Sets a key as a JSON parser would: as an own property, whatever its name. */
function withKey(tree: object, key: string, value: unknown): Tree {
  const copy = { ...tree };
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  return copy as Tree;
}

function nested(depth: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { value };
  return value;
}
