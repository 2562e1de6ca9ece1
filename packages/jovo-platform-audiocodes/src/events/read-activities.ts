import { type Fields, isRecord, LIMITS, textIn } from '../wire';
import { type Read, readEvent, readMessage } from './event-readers';
import type { GatewayEvent } from './event-values';

/** Activities that were understood, and why others were not. */
export interface ReadActivities {
  events: GatewayEvent[];
  /** One sentence per activity that was left out; no word of the caller. */
  ignored: string[];
}

/** Reads a list of activities element by element: a bad one does not spoil its siblings (spec 13). Never throws. */
export function readActivities(activities: readonly unknown[]): ReadActivities {
  const reading: ReadActivities = { events: [], ignored: [] };
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
  const read = readOf(activity);
  if (typeof read === 'string') return read;
  const { id, timestamp, language } = activity;
  const given = { id: textIn(id), timestamp: textIn(timestamp), language: textIn(language) };
  const common = Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined));
  return { ...read, ...common, activity } as GatewayEvent;
}

function readOf(activity: Fields): Read {
  const { type, name } = activity;
  const kind = typeof type === 'string' ? type.toLowerCase() : undefined;
  if (kind === 'message') return readMessage(activity);
  const named = textIn(name);
  if (kind !== 'event' || named === undefined)
    return '"type" is neither message nor event, or the event has no name';
  return readEvent(named, activity);
}
