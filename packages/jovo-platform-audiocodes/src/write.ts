import type { RawAction, WireCall, Written } from '@jovo-telephony/platform-base';
import { type MappedAction, type MappingContext, toActivity } from './activities/portable';
import { type Stamp, writeActivity } from './activities/write-activity';
import { type CallDefaults, sessionParamsFor } from './settings';
import type { Audiocodes, AudiocodesAction, AudiocodesNotes } from './types';
import { type Activity, isRecord, textIn } from './wire';

export interface WriteOptions {
  stamp: Stamp;
  defaults: CallDefaults;
  /** Name of the parameter for the level of background audio; without it no level is sent. */
  backgroundLevel?: MappingContext['backgroundLevel'];
  /** Whether a gateway for text messages is there. */
  sms: boolean;
}

/**
 * Checks and completes what the app wants: an activity in the fields of the wire, or a portable action. The first
 * activity of a call carries our settings along.
 */
export function write(
  raw: RawAction,
  call: WireCall<Audiocodes>,
  options: WriteOptions,
): Written<Audiocodes> {
  const { notes } = call;
  if (raw.type === 'send_sms') return writeSms(raw, call, options);
  if (notes.assist && raw.type !== 'event') return { faults: ['nobody can hear the bot in this call'] };
  const native = isNative(raw) ? raw : fromPortable(raw as unknown as MappedAction, notes, options);
  if (!native) return { faults: [] };
  const { activity, faults } = writeActivity(withOurSettings(native, notes, options), options.stamp);
  if (!activity) return { faults };
  return { action: activity, faults, ...(queuesBehindSpeech(activity, notes) && { waitsByItself: true }) };
}

function isNative({ type }: RawAction): boolean {
  return type === 'message' || type === 'event';
}

function fromPortable(
  action: MappedAction,
  notes: AudiocodesNotes,
  options: WriteOptions,
): RawAction | undefined {
  // Settings of the profile come first and decide how everything after them is written.
  if (action.type === 'network_settings') notes.settings = { ...notes.settings, ...action.settings };
  if (action.type === 'speak') notes.firstLanguage ??= action.voice?.language;
  const { settings = {}, firstLanguage } = notes;
  const { backgroundLevel } = options;
  return toActivity(action, { settings, firstLanguage, backgroundLevel }) as RawAction | undefined;
}

/** Activities before which ours must have arrived: whatever is heard, and settings themselves. */
const CARRIERS: ReadonlySet<unknown> = new Set(['config', 'playUrl']);

/** Until our settings have left they go with every activity; `join` takes out those that repeat. */
function withOurSettings(raw: RawAction, notes: AudiocodesNotes, { defaults }: WriteOptions): RawAction {
  if (notes.configured || notes.assist) return raw;
  if (raw.type !== 'message' && !CARRIERS.has(raw.name)) return raw;
  const given = isRecord(raw.sessionParams) ? raw.sessionParams : {};
  return { ...raw, sessionParams: { ...sessionParamsFor(defaults, notes), ...given } };
}

/**
 * The gateway plays its queue to the end before it hangs up or transfers (spec 4.3, 4.4), which is all there is to
 * rely on unless it tells when a prompt has been heard: then we wait for that, and the caller can still object.
 */
function queuesBehindSpeech({ name }: Activity, { reportsPlayback }: AudiocodesNotes): boolean {
  return !reportsPlayback && (name === 'hangup' || name === 'transfer' || name === 'handover');
}

function writeSms(
  raw: RawAction,
  { id: callId }: WireCall<Audiocodes>,
  options: WriteOptions,
): Written<Audiocodes> {
  const [number, text] = [textIn(raw.number), textIn(raw.text)];
  if (!options.sms)
    return { faults: ['there is no gateway for text messages; configure one (docs/networks/audiocodes.md)'] };
  if (!number || !text) return { faults: ['a text message needs a number and a text'] };
  return { action: { type: 'sms', id: options.stamp.id(), callId, number, text }, faults: [] };
}

/** Session parameters that an activity before it has set already are not set again. */
export function withoutRepeats(actions: readonly AudiocodesAction[]): AudiocodesAction[] {
  const set: Record<string, unknown> = {};
  const kept: AudiocodesAction[] = [];
  for (const action of actions) {
    if (action.type === 'sms' || !action.sessionParams) {
      kept.push(action);
      continue;
    }
    const { sessionParams, ...rest } = action;
    const news = Object.entries(sessionParams).filter(
      ([name, value]) => !(name in set) || JSON.stringify(set[name]) !== JSON.stringify(value),
    );
    Object.assign(set, Object.fromEntries(news));
    if (news.length > 0) kept.push({ ...rest, sessionParams: Object.fromEntries(news) });
    else if (rest.name !== 'config') kept.push(rest);
  }
  return kept;
}
