import type { CallInfo } from '@jovo-telephony/platform-base';
import { type Fields, isRecord, LIMITS, textIn } from '../wire';

/** Someone who takes part in a call that a bot listens to (spec 10.1). */
export interface Participant {
  participant: string;
  uriUser?: string;
  uriHost?: string;
  displayName?: string;
}

/** What `start` and `dialoutInitiated` tell of a call (spec 3.1, 7.5, 7.6). Everything may be missing. */
export interface CallFacts {
  /** Opaque: not always a number, `anonymous` occurs. On outbound calls this is our own number. */
  caller?: string;
  callerHost?: string;
  callerDisplayName?: string;
  /** On outbound calls the person called. `LiveHub` on test calls. */
  callee?: string;
  calleeHost?: string;
  locale?: string;
  /** Correlates with the gateway's call records. */
  globalSessionId?: string;
  /** The `target` of the dialout request: only outbound calls have one. */
  outboundTarget?: string;
  /** As the dialer gave it. */
  dialoutMetadata?: Fields;
  agentConnected?: boolean;
  /** Only where a bot listens to others. */
  participants?: Participant[];
  /** SIP headers and whatever else an administrator has put here, by name, as text. */
  attributes: Readonly<Record<string, string>>;
}

const TEXTS = [
  'caller',
  'callerHost',
  'callerDisplayName',
  'callee',
  'calleeHost',
  'locale',
  'globalSessionId',
  'outboundTarget',
] as const;

/** Fields with a meaning of their own; all others are attributes. */
const KNOWN = new Set<string>([
  ...TEXTS,
  'vaigConversationId',
  'dialoutMetadata',
  'agentConnected',
  'participants',
  'sipHeaders',
]);

export function readCallFacts(parameters: Fields): CallFacts {
  const facts: CallFacts = { attributes: readAttributes(parameters) };
  for (const field of TEXTS) {
    const text = textIn(parameters[field]);
    if (text !== undefined) facts[field] = text.slice(0, LIMITS.attributeLength);
  }
  const metadata = readMetadata(parameters.dialoutMetadata);
  if (metadata) facts.dialoutMetadata = metadata;
  if (typeof parameters.agentConnected === 'boolean') facts.agentConnected = parameters.agentConnected;
  const participants = readParticipants(parameters.participants);
  if (participants.length > 0) facts.participants = participants;
  return facts;
}

/** Who is called and why the call exists: told by the parameters that only the dialer's calls have (spec 7.6). */
export function directionOf(facts: CallFacts): 'inbound' | 'outbound' {
  const { outboundTarget, dialoutMetadata } = facts;
  return outboundTarget !== undefined || dialoutMetadata !== undefined ? 'outbound' : 'inbound';
}

/** The same in the words that handlers know. On an outbound call ours is the calling number (spec 7.6). */
export function callInfoOf(facts: CallFacts): Omit<CallInfo, 'id' | 'account_id'> {
  const { caller, callee, dialoutMetadata, attributes } = facts;
  const { callerDisplayName, callerHost, calleeHost } = facts;
  const named = Object.entries({ callerDisplayName, callerHost, calleeHost });
  return {
    phone_number: callee ?? '',
    direction: directionOf(facts),
    from_phone_number: callerNumber(caller),
    to_phone_number: callee,
    headers: {
      ...Object.fromEntries(named.filter((entry): entry is [string, string] => entry[1] !== undefined)),
      ...attributes,
    },
    metadata: dialoutMetadata && flattened(dialoutMetadata),
  };
}

/** Who speaks with whom, where a message repeats it (spec 3.2): all that is known if the start was left out. */
export function partiesOf({ caller, callee }: Fields): Partial<CallInfo> {
  const [from, to] = [caller, callee].map((one) => textIn(one)?.slice(0, LIMITS.attributeLength));
  return {
    ...(from !== undefined && { from_phone_number: callerNumber(from) }),
    ...(to !== undefined && { phone_number: to, to_phone_number: to }),
  };
}

/** Empty for a caller who does not show a number. */
export function callerNumber(caller: string | undefined): string {
  return caller === undefined || caller.toLowerCase() === 'anonymous' ? '' : caller;
}

/** An object; one page of the documentation says that it is a text of JSON (spec 12, no. 16). */
function readMetadata(given: unknown): Fields | undefined {
  if (isRecord(given)) return withinLimit(given) ? given : undefined;
  if (typeof given !== 'string' || given.length > LIMITS.metadataLength) return undefined;
  try {
    const parsed: unknown = JSON.parse(given);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function withinLimit(metadata: Fields): boolean {
  try {
    return JSON.stringify(metadata).length <= LIMITS.metadataLength;
  } catch {
    return false;
  }
}

function readParticipants(given: unknown): Participant[] {
  if (!Array.isArray(given)) return [];
  return given
    .filter(isRecord)
    .slice(0, LIMITS.attributes)
    .flatMap((one) => {
      const participant = textIn(one.participant);
      if (participant === undefined) return [];
      const { uriUser, uriHost, displayName } = one;
      return [
        {
          participant,
          uriUser: textIn(uriUser),
          uriHost: textIn(uriHost),
          displayName: textIn(displayName),
        },
      ];
    });
}

/** Unknown members of `parameters`, and SIP headers where a gateway puts them into a member of their own. */
function readAttributes(parameters: Fields): Record<string, string> {
  const own = Object.entries(parameters).filter(([name]) => !KNOWN.has(name));
  return texts([...own, ...readSipHeaders(parameters.sipHeaders)]);
}

/** A list of names and values, or an object (spec 12, no. 17). */
export function readSipHeaders(given: unknown): [string, unknown][] {
  if (isRecord(given)) return Object.entries(given);
  if (!Array.isArray(given)) return [];
  return given.filter(isRecord).flatMap(({ name, value }) => (textIn(name) ? [[String(name), value]] : []));
}

/** Values that are texts, numbers or booleans. `__proto__` is no name that anything could be filed under. */
function texts(entries: readonly [string, unknown][]): Record<string, string> {
  const kept = entries
    .filter(([name, value]) => name !== '__proto__' && name !== '' && isPlain(value))
    .map(([name, value]) => [name, String(value).slice(0, LIMITS.attributeLength)] as const);
  return Object.fromEntries(kept.slice(0, LIMITS.attributes));
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** Nested data as names with dots: `{ order: { id: 7 } }` becomes `{ 'order.id': '7' }`. */
export function flattened(data: Fields): Record<string, string> {
  const entries: [string, unknown][] = [];
  const waiting: [string, unknown][] = Object.entries(data);
  for (let next = waiting.shift(); next && entries.length < LIMITS.attributes; next = waiting.shift()) {
    const [name, value] = next;
    const inner = Array.isArray(value) ? { ...value } : value;
    if (!isRecord(inner)) entries.push(next);
    else
      waiting.push(
        ...Object.entries(inner).map(([key, one]) => [`${name}.${key}`, one] as [string, unknown]),
      );
    if (waiting.length > LIMITS.attributes) waiting.length = LIMITS.attributes;
  }
  return texts(entries);
}
