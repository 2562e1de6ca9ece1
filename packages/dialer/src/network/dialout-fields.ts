import { DialerError } from '../errors';

/** What the network does when a machine picks up (spec 7.9). */
export const MACHINE_DETECTION = ['disabled', 'disconnect', 'detect'] as const;
export type MachineDetection = (typeof MACHINE_DETECTION)[number];

/** The body of `POST /api/v1/actions/dialout` (spec 7.4): what we send, and what our own endpoint takes. */
export interface DialoutFields {
  bot: string;
  /** URI, for example `tel:+4915790000001`. */
  target: string;
  caller?: string;
  callerHost?: string;
  callerDisplayName?: string;
  notifyUrl?: string;
  metadata?: Record<string, unknown>;
  answerTimeoutSec?: number;
  machineDetection?: MachineDetection;
  voicemailEndTimeoutSec?: number;
}

interface Field {
  required?: true;
  expected: string;
  fits(value: unknown): boolean;
}

/** What a gateway keeps for each call, so that a bot can rely on it. */
const MAX_METADATA_BYTES = 65_536;

const isText = (value: unknown): boolean =>
  // A line break in a name or a host would become a SIP header of its own.
  typeof value === 'string' && value.trim() !== '' && value.length <= 256 && !/\p{Cc}/u.test(value);

const isUrl = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= 2_048 && /^https?:\/\//i.test(value) && URL.canParse(value);

const isMetadata = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Buffer.byteLength(JSON.stringify(value)) <= MAX_METADATA_BYTES;

const seconds =
  (from: number, to: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= from && value <= to;

const FIELDS: Readonly<Record<keyof DialoutFields, Field>> = {
  bot: { required: true, expected: 'the name of the bot, up to 256 characters', fits: isText },
  target: { required: true, expected: 'a URI such as "tel:+4915790000001"', fits: isText },
  caller: { expected: 'the calling number, up to 256 characters', fits: isText },
  callerHost: { expected: 'a host name, up to 256 characters', fits: isText },
  callerDisplayName: { expected: 'a name, up to 256 characters without line breaks', fits: isText },
  notifyUrl: { expected: 'an absolute http(s) URL', fits: isUrl },
  metadata: { expected: `a JSON object of up to ${MAX_METADATA_BYTES} bytes`, fits: isMetadata },
  answerTimeoutSec: { expected: 'a number of seconds from 1 to 300', fits: seconds(1, 300) },
  machineDetection: {
    expected: `one of ${MACHINE_DETECTION.map((mode) => `"${mode}"`).join(', ')}`,
    fits: (value) => (MACHINE_DETECTION as readonly unknown[]).includes(value),
  },
  // The wire names no range.
  voicemailEndTimeoutSec: { expected: 'a number of seconds from 0 to 3600', fits: seconds(0, 3_600) },
};

/**
 * What is wrong with a dialout request, one sentence each. Fields that are not known are left to the network: it may be
 * newer than this table.
 */
export function dialoutFaults(body: unknown): string[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return ['The body must be a JSON object.'];
  }
  return Object.entries(FIELDS).flatMap(([name, { required, expected, fits }]) => {
    const value: unknown = Object.hasOwn(body, name) ? Reflect.get(body, name) : undefined;
    if (value === undefined) return required ? [`request should have required property '${name}'`] : [];
    return fits(value) ? [] : [`${name}: expected ${expected}.`];
  });
}

/** The known fields of a request. Throws a `DialerError` with every fault. */
export function dialoutFields(body: unknown): DialoutFields {
  const faults = dialoutFaults(body);
  if (faults.length > 0) throw new DialerError('DIALER_REQUEST', faults);
  const known = Object.keys(FIELDS).filter((name) => Reflect.get(body as object, name) !== undefined);
  return Object.fromEntries(
    known.map((name) => [name, Reflect.get(body as object, name)]),
  ) as unknown as DialoutFields;
}

/**
 * The calling number that is used (spec 7.3): the one asked for if the list allows it, the only one of the list if
 * none is asked for. Throws a `DialerError` otherwise.
 */
export function allowedCaller(caller: string | undefined, allowed: readonly string[] | undefined): string {
  const [only, ...more] = allowed ?? [];
  if (caller === undefined) {
    if (only !== undefined && more.length === 0) return only;
    throw new DialerError('DIALER_REQUEST', [
      'caller: expected the calling number; it may be left out only where exactly one is allowed.',
    ]);
  }
  if (only === undefined) return caller;
  const same = (other: string): boolean => plain(other) === plain(caller);
  const found = allowed?.find(same);
  if (found === undefined) {
    throw new DialerError('DIALER_REQUEST', ['caller: expected one of the numbers that this bot may show.']);
  }
  return found;
}

const plain = (caller: string): string => caller.replace(/[^0-9a-z]/gi, '').toLowerCase();
