import {
  nested,
  ODD_KEYS,
  ODD_VALUES,
  type Random,
  spoilt,
  withKey,
} from '@jovo-telephony/telephony/testing';

type Tree = Record<string, unknown>;

const KEYS = [
  ...ODD_KEYS,
  ...['getInputType', 'event', 'payload', 'id', 'type', 'text', 'digit', 'digits', 'transcript', 'barged_in'],
  ...['session', 'repeated'],
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
  (event, { pick }) => ({ ...event, [pick(Object.keys(event))]: pick(ODD_VALUES) }),
  (event, { pick }) => ({ ...event, type: pick(TYPES) }),
  (event, { pick }) => withKey(event, pick(KEYS), pick(ODD_VALUES)),
  (event, { pick }) => ({ ...event, session: withKey(asTree(event.session), pick(KEYS), pick(ODD_VALUES)) }),
  (event, { pick }) => ({
    ...event,
    session: without(asTree(event.session), pick(['id', 'account_id', 'direction'])),
  }),
  (event, { below }) => ({ ...event, session: { id: `call-${below(500)}` } }),
  (event, { below, pick }) => ({ ...event, [pick(KEYS)]: nested(below(200)) }),
  (event, { pick }) => ({ ...event, text: pick(['ja', 'nein', '?', 'Öffnungszeiten', pick(ODD_VALUES)]) }),
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

/** The same as text, which may be broken itself. */
export function mutatedText(event: Tree, random: Random): string {
  return spoilt(mutated(event, random), random);
}

function without(tree: Tree, key: string): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => name !== key));
}

function asTree(value: unknown): Tree {
  return typeof value === 'object' && value !== null ? (value as Tree) : {};
}
