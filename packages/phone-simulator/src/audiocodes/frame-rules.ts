/** Strict reading of the frames of WebSocket mode: names, fields, types (spec 2.2, 2.5). */
import {
  boolean,
  type Check,
  type Field,
  faultsOf,
  filled,
  isObject,
  type Json,
  list,
  number,
  object,
  show,
  string,
} from '../checks';
import type { Violation } from '../violation';
import { MEDIA_FORMATS } from './media-formats';

export type BotFrame = Json & { type: string };

const required = (check: Check): Field => ({ required: true, check });
const optional = (check: Check): Field => ({ check });
const format: Check = (v) =>
  typeof v === 'string' && Object.hasOwn(MEDIA_FORMATS, v) ? undefined : `is no media format: ${show(v)}`;
const base64: Check = (v) =>
  typeof v === 'string' && v !== '' && v.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(v)
    ? undefined
    : `must be base64, got ${show(v)}`;
const anything: Check = () => undefined;
const anObject: Check = (v) => (isObject(v) ? undefined : `must be an object, got ${show(v)}`);
const alternatives = (fields: Record<string, Field>) => required(list(1, 64, object(fields)));
const participant = optional(filled);

const FRAMES: Readonly<Record<string, { spec: string; fields: Record<string, Field> }>> = {
  'connection.validated': { spec: '2.5', fields: { success: required(boolean), reason: optional(string) } },
  'session.accepted': { spec: '2.5', fields: { mediaFormat: optional(format) } },
  'session.error': { spec: '2.5', fields: { reason: required(filled) } },
  activities: { spec: '2.5', fields: { activities: required(list(0, 64, anything)) } },
  'userStream.started': { spec: '2.5', fields: { participant } },
  'userStream.stopped': { spec: '2.5', fields: { participant } },
  'userStream.speech.hypothesis': {
    spec: '2.5',
    fields: { participant, alternatives: alternatives({ text: required(string) }) },
  },
  'userStream.speech.recognition': {
    spec: '2.5',
    fields: {
      participant,
      alternatives: alternatives({ text: required(string), confidence: required(number(0, 1)) }),
    },
  },
  'userStream.speech.started': { spec: '2.5', fields: { participant } },
  'userStream.speech.stopped': { spec: '2.5', fields: { participant } },
  'userStream.speech.committed': { spec: '2.5', fields: { participant } },
  'playStream.start': {
    spec: '2.5',
    fields: {
      streamId: required(filled),
      mediaFormat: required(format),
      altText: optional(string),
      activityParams: optional(anObject),
      targetPlayer: optional(filled),
      participant,
    },
  },
  'playStream.chunk': { spec: '2.5', fields: { streamId: required(filled), audioChunk: required(base64) } },
  'playStream.stop': { spec: '2.5', fields: { streamId: required(filled) } },
};

/** Reads one text frame; without `frame` it is of no use. `warnings`: what is taken, but written otherwise. */
export function readFrame(
  text: string,
  conversationId: string,
): { frame?: BotFrame; violations: Violation[]; warnings?: string[] } {
  const violations: Violation[] = [];
  const wrong = (rule: string, sentence: string, spec: string) =>
    violations.push({ rule, sentence: `${sentence}.`, spec });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    wrong('frame.json', `A frame that is not JSON: ${show(text)}`, '2.1');
    return { violations };
  }
  if (!isObject(json) || typeof json.type !== 'string') {
    wrong('frame.type', `${show(json)} is no message: it has no type`, '2.2');
    return { violations };
  }
  const { type, conversationId: id, ...given } = json;
  const rule = Object.hasOwn(FRAMES, type) ? FRAMES[type] : undefined;
  if (!rule) {
    wrong('frame.type', `There is no message of type ${show(type)} from a bot`, '2.5');
    return { violations };
  }
  if (id !== undefined && id !== conversationId) {
    wrong(`${type}.conversationId`, `${type} is for conversation ${show(id)}`, '2.2');
    return { violations };
  }
  const fields = SPEECH_RESULT.test(type) ? withAlternatives(given) : given;
  const faults = faultsOf(fields, rule.fields);
  for (const { name, fault } of faults) wrong(`${type}.${name}`, `${type}: ${name} ${fault}`, rule.spec);
  if (faults.length > 0) return { violations };
  if (fields === given) return { frame: json as BotFrame, violations };
  const sentence = `${type} is written as a list of alternatives, each with a confidence that is a number.`;
  return { frame: { type, conversationId: id, ...fields }, violations, warnings: [sentence] };
}

const SPEECH_RESULT = /^userStream\.speech\.(hypothesis|recognition)$/;

/** Flat words, and a confidence in quotes: two bots have been seen to write so (spec 12, no. 12). */
function withAlternatives(fields: Json): Json {
  const { text, confidence, ...rest } = fields;
  const flat = rest.alternatives === undefined && typeof text === 'string';
  const all: unknown = flat
    ? [{ text, ...(confidence === undefined ? {} : { confidence }) }]
    : rest.alternatives;
  if (!Array.isArray(all)) return fields;
  const quoted = (each: unknown): each is Json =>
    isObject(each) && typeof each.confidence === 'string' && /^[01](\.\d+)?$/.test(each.confidence);
  if (!flat && !all.some(quoted)) return fields;
  const alternatives = all.map((each) =>
    quoted(each) ? { ...each, confidence: Number(each.confidence) } : each,
  );
  return { ...rest, alternatives };
}
