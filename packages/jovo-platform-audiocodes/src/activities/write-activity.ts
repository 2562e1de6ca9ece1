import { checkParams } from '../parameters/parameters';
import { type Activity, type Fields, isRecord, LIMITS } from '../wire';
import { ACTIVITY_RULES, type ActivityRule, activityRule } from './activity-table';
import { isSsml, plainText, ssmlText } from './spoken-text';

/** What gives every activity its id and its time (spec 1.7). */
export interface Stamp {
  /** A UUID that was never given out before. */
  id(): string;
  /** Milliseconds since 1970. */
  epochMs(): number;
}

/** The activity as the wire wants it, and what had to be left out or stops it. */
export interface Written {
  /** Absent when it cannot be mended; `faults` says why. */
  activity?: Activity;
  /** Sentences for a developer: names and limits, never what a caller said. */
  faults: string[];
}

/** Writes one activity strictly: what it returns satisfies spec section 4, or it returns none. */
export function writeActivity(raw: Fields, stamp: Stamp): Written {
  const faults: string[] = [];
  const body = raw.type === 'message' ? bodyOfMessage(raw, faults) : bodyOfEvent(raw, faults);
  if (!body) return { faults };
  return {
    activity: { id: stamp.id(), timestamp: new Date(stamp.epochMs()).toISOString(), ...body },
    faults,
  };
}

type Body = Omit<Activity, 'id' | 'timestamp'>;

function bodyOfMessage(raw: Fields, faults: string[]): Body | undefined {
  const given = typeof raw.text === 'string' ? raw.text : '';
  const text = isSsml(given) ? ssmlText(given) : plainText(given);
  if (text === undefined) {
    faults.push('"text": a message needs words that can be spoken');
    return undefined;
  }
  if (text.length > LIMITS.textLength) {
    faults.push(`"text": at most ${LIMITS.textLength} characters; cut it at the end of a sentence`);
    return undefined;
  }
  return { type: 'message', text, ...paramsOf(raw, faults) };
}

function bodyOfEvent(raw: Fields, faults: string[]): Body | undefined {
  const rule = raw.type === 'event' ? activityRule(raw.name) : undefined;
  if (!rule) {
    faults.push(`"name": one of ${Object.keys(ACTIVITY_RULES).join(', ')}, or "type": message`);
    return undefined;
  }
  if (rule.value === 'object' && !isRecord(raw.value)) {
    faults.push('"value": an object with the data');
    return undefined;
  }
  const params = paramsOf(raw, faults);
  const missing = missingOf(rule, params);
  if (missing !== undefined) {
    faults.push(missing);
    return undefined;
  }
  return {
    type: 'event',
    name: String(raw.name),
    ...(rule.value === 'object' && { value: raw.value }),
    ...params,
  };
}

function missingOf(rule: ActivityRule, params: Params): string | undefined {
  for (const place of ['activityParams', 'sessionParams'] as const) {
    const name = rule.requires?.[place]?.find((one) => params[place]?.[one] === undefined);
    if (name) return `"${place}.${name}" is needed`;
  }
  if (!rule.onlySessionParams) return undefined;
  if (params.activityParams) return '"activityParams" has no effect here; use sessionParams';
  return params.sessionParams ? undefined : '"sessionParams" needs at least one parameter';
}

interface Params {
  activityParams?: Fields;
  sessionParams?: Fields;
}

function paramsOf(raw: Fields, faults: string[]): Params {
  const params: Params = {};
  for (const [place, level] of [['activityParams', 'A'] as const, ['sessionParams', 'S'] as const]) {
    const given = raw[place];
    if (given === undefined || given === null) continue;
    if (!isRecord(given)) {
      faults.push(`"${place}" was left out: expected an object`);
      continue;
    }
    const checked = checkParams(given, level);
    faults.push(...checked.faults);
    if (Object.keys(checked.params).length > 0) params[place] = checked.params;
  }
  return params;
}
