import {
  nested,
  ODD_KEYS,
  ODD_VALUES,
  type Random,
  spoilt,
  withKey,
} from '@jovo-telephony/telephony/testing';

type Tree = Record<string, unknown>;

const KEYS: readonly string[] = [
  ...ODD_KEYS,
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
    if (random.below(4) === 0) return [...node, ...node, random.pick(ODD_VALUES)].slice(random.below(3));
    const at = random.below(node.length);
    return node.map((each, index) => (index === at ? changed(each, random) : each));
  }
  const keys = Object.keys(node);
  const key = random.pick(keys);
  if (key === undefined || random.below(4) === 0)
    return withKey(node, random.pick(KEYS), random.pick(ODD_VALUES));
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
      return random.pick(ODD_VALUES);
  }
}

/** The same as text, which may be broken itself. */
export function mutatedText(given: unknown, random: Random): string {
  return spoilt(mutated(given, random), random);
}
