import { randomUUID } from 'node:crypto';
import { pause } from '@jovo-telephony/telephony';
import { factOf, noteFact } from '../call/call-facts';
import { KEY_IN_METADATA, notifyUrlOf } from '../call/call-key';
import { claimCall } from '../call/claim-call';
import { learn, NEW_CALL, outcomeOf, resultOf } from '../call/outbound-call';
import { CALL_OUTCOMES } from '../call/outcome';
import { DEFAULT_CAPS, DEFAULT_HOURS } from '../campaign/campaign-rules';
import { judgeDial, NO_USAGE } from '../campaign/dial-policy';
import { DO_NOT_CALL_STREAM, doNotCallClaim } from '../campaign/do-not-call';
import { countryOf, dateIn, zoneForDays } from '../campaign/place';
import { callingCodeOf, e164OfWritten } from '../campaign/written-number';
import { DialerError } from '../errors';
import { dialPatiently } from '../network/dial-patiently';
import { type NetworkName, networkOf } from '../network/networks';
import type { DialAnswer, DialRequest } from '../network/outbound-network';
import { REFUSALS } from '../network/outbound-network';
import { notifySecret } from '../notify/notify-secret';
import type { DialerSettings } from '../settings';
import type { DialStore } from '../store/dial-store';
import { openDialStore } from '../store/open-store';
import { type Io, line } from './io';
import { type CliOptions, EXIT } from './options';
import { openReceiver } from './receiver';

const STREAM = 'calls';

/** How long the end of a call is waited for. */
const LONGEST_MS = 1_260_000;

/** `call`: one call, with the same care as one of a campaign. */
export async function placeOneCall(options: CliOptions, settings: DialerSettings, io: Io): Promise<number> {
  const number = e164OfWritten(options.subjects[0] ?? '');
  if (number === undefined) {
    throw new DialerError('DIALER_USAGE', ['call needs a number with its plus and country code.']);
  }
  const { wallMs, clock, requestClock: requests, random } = io;
  const choice = { network: chosenNetwork(options, settings), bot: options.bot };
  const network = networkOf(choice, settings, { clock: requests, wallMs });
  const store = await openDialStore(settings.store);
  try {
    const place = countryOf(number) ?? '';
    const hours = options.anyTime ? 'always' : DEFAULT_HOURS;
    const numbers = { allowedPrefixes: [`+${callingCodeOf(number)}`] };
    const verdict = judgeDial(number, place, { numbers, hours, caps: DEFAULT_CAPS }, NO_USAGE, wallMs());
    if (!verdict.allowed)
      return refused(
        io,
        `${verdict.sentence}${verdict.reason === 'closed' ? ' --any-time calls nevertheless.' : ''}`,
      );
    if (await store.claimedBy(doNotCallClaim(number)))
      return refused(io, 'The number is on the do-not-call list.');
    const key = `${STREAM}.${randomUUID()}`;
    const { publicUrl } = settings;
    const reports = network.can.reports && publicUrl !== undefined;
    const notifyUrl = publicUrl && notifyUrlOf(publicUrl, key, await notifySecret(store, wallMs));
    const request: DialRequest = {
      number,
      caller: options.caller,
      machineDetection: options.detect,
      metadata: { ...options.metadata, [KEY_IN_METADATA]: key },
      ...(reports ? { notifyUrl } : {}),
    };
    network.check(request);
    const atMs = wallMs();
    const claim = await claimCall(store, {
      record: { type: 'dialling', key, number, network: network.name, metadata: request.metadata, atMs },
      day: dateIn(zoneForDays(place), atMs),
      perNumberPerDay: DEFAULT_CAPS.perNumberPerDay,
    });
    if (claim !== 'claimed') return refused(io, `It was called ${DEFAULT_CAPS.perNumberPerDay} times today.`);
    const receiver =
      options.listen === undefined ? undefined : await openReceiver(store, options.listen, io, () => {});
    try {
      const onWait = (given: DialAnswer, waitMs: number) =>
        line(io.stderr, `${answerText(given)} Once more in ${Math.ceil(waitMs / 1000)} s.`);
      const answer = await dialPatiently(() => network.dial(request), { clock, random, onWait });
      await noteFact(store, key, factOf(answer), wallMs());
      line(io.stdout, answerText(answer));
      if (answer.result !== 'placed') return EXIT.failed;
      return reports ? await followed(store, key, io) : EXIT.ok;
    } finally {
      await receiver?.close();
    }
  } finally {
    await store.close();
  }
}

/** Says what is heard of the call until it is over. */
async function followed(store: DialStore, key: string, io: Io): Promise<number> {
  const { clock, wallMs } = io;
  const untilMs = wallMs() + LONGEST_MS;
  const left = new AbortController();
  const off = io.onInterrupt(() => left.abort());
  let call = NEW_CALL;
  let seq = 0;
  try {
    while (wallMs() < untilMs && !left.signal.aborted) {
      for (const record of await store.read(STREAM, seq)) {
        seq = record.seq;
        if (record.body.type !== 'fact' || record.body.key !== key) continue;
        const before = call;
        call = learn(call, record.body.fact);
        if (call.connected && !before.connected) line(io.stdout, 'answered');
        const outcome = outcomeOf(call, true);
        if (outcome === undefined) continue;
        const result = resultOf(call);
        line(io.stdout, `${outcome}: ${CALL_OUTCOMES[outcome].meaning}${result ? ` (${result})` : ''}`);
        return EXIT.ok;
      }
      await pause(clock, 250, left.signal);
    }
    line(io.stdout, 'Not waiting any longer for the end of the call.');
    return EXIT.ok;
  } finally {
    off();
  }
}

/** `do-not-call`: nobody calls these numbers any more. */
export async function listDoNotCall(
  numbers: readonly string[],
  settings: DialerSettings,
  io: Io,
): Promise<number> {
  const read = numbers.map((written) => e164OfWritten(written));
  if (read.includes(undefined)) {
    throw new DialerError('DIALER_USAGE', ['do-not-call needs numbers with their plus and country code.']);
  }
  const store = await openDialStore(settings.store);
  try {
    for (const number of read) {
      if (number === undefined) continue;
      const record = { type: 'do_not_call', number, atMs: io.wallMs() } as const;
      await store.append(DO_NOT_CALL_STREAM, record, [doNotCallClaim(number)]);
    }
    line(io.stdout, `${read.length === 1 ? 'The number is' : 'The numbers are'} not called any more.`);
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

function chosenNetwork({ network, bot }: CliOptions, settings: DialerSettings): NetworkName {
  if (network) return network;
  return settings.audiocodes || bot !== undefined || !settings.sipgate ? 'audiocodes' : 'sipgate';
}

function refused(io: Io, sentence: string): number {
  line(io.stderr, `Not called. ${sentence}`);
  return EXIT.failed;
}

function answerText(answer: DialAnswer): string {
  switch (answer.result) {
    case 'placed':
      return `placed${answer.conversationId ? `, conversation ${answer.conversationId}` : ''}`;
    case 'refused':
      return `refused: ${REFUSALS[answer.reason].advice}`;
    case 'throttled':
      return 'not placed: the network has too many calls at the moment.';
    case 'unreachable':
      return 'not placed: the network cannot be reached.';
    case 'unknown':
      return 'unknown: the network has not said whether it places the call. It is not tried again.';
  }
}
