import type { InputType } from '@jovo-telephony/telephony';
import { type Fields, isRecord, LIMITS, textIn } from '../wire';
import { AudiocodesInputType, EVENT_NAMES, EVENT_RULES, type EventRule } from './event-table';
import type { EventType, GatewayEvent } from './event-values';

/** Activities that were understood, and why others were not. */
export interface Reading {
  events: GatewayEvent[];
  /** One sentence per activity that was left out; no word of the caller. */
  ignored: string[];
}

/** Reads a list of activities element by element: a bad one does not spoil its siblings (spec 13). Never throws. */
export function readActivities(activities: readonly unknown[]): Reading {
  const reading: Reading = { events: [], ignored: [] };
  for (const activity of activities.slice(0, LIMITS.activitiesPerRequest)) {
    const read = readActivity(activity);
    if (typeof read === 'string') reading.ignored.push(read);
    else reading.events.push(read);
  }
  const beyond = activities.length - LIMITS.activitiesPerRequest;
  if (beyond > 0)
    reading.ignored.push(`${beyond} activities beyond the first ${LIMITS.activitiesPerRequest}`);
  return reading;
}

/** One activity, or why it is to be ignored. */
export function readActivity(activity: unknown): GatewayEvent | string {
  if (!isRecord(activity)) return 'an activity is not an object';
  const type = typeOf(activity);
  if (type === undefined) return '"type" is neither message nor event, or the event has no name';
  const value = EVENT_RULES[type].read(activity);
  if (typeof value === 'string') return `${type}: ${value}`;
  const { id, timestamp, language } = activity;
  const given = { id: textIn(id), timestamp: textIn(timestamp), language: textIn(language) };
  const common = Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined));
  return { type, ...common, value, activity } as GatewayEvent;
}

function typeOf({ type, name }: Fields): EventType | undefined {
  const kind = typeof type === 'string' ? type.toLowerCase() : undefined;
  if (kind === 'message') return 'message';
  const named = textIn(name);
  if (kind !== 'event' || named === undefined) return undefined;
  return EVENT_NAMES.get(named.toLowerCase()) ?? 'unknown';
}

export function eventRule(event: Pick<GatewayEvent, 'type'>): EventRule {
  return EVENT_RULES[event.type] as EventRule;
}

/** The input that a handler declares for this event. */
export function inputTypeOf(event: GatewayEvent): InputType | AudiocodesInputType {
  if (event.type === 'start' && event.value.participants) return AudiocodesInputType.ASSIST_STARTED;
  if (event.type === 'message' && event.value.participant !== undefined)
    return AudiocodesInputType.PARTICIPANT_SPOKE;
  if (event.type === 'transferStatus' && event.value.status === 'answered') {
    return AudiocodesInputType.TRANSFER_ANSWERED;
  }
  return EVENT_RULES[event.type].inputType;
}
