import { isDeepStrictEqual } from 'node:util';
import { DialerError } from '../errors';
import type { DialRecord } from '../store/dial-record';
import type { DialStore } from '../store/dial-store';
import type { CampaignRules } from './campaign-rules';
import { Schedule } from './schedule';
import type { Target } from './target';

/** How many targets one record holds. */
const CHUNK = 500;

export interface CampaignToOpen {
  name: string;
  rules: CampaignRules;
  targets: readonly Target[];
  /** Of the target file. */
  fingerprint: string;
  nowMs: number;
}

/**
 * The campaign as the store knows it; the first time, its targets are stored. Rules may change between two runs,
 * targets may not: who has been called already would no longer be certain.
 */
export async function openCampaign(store: DialStore, campaign: CampaignToOpen): Promise<Schedule> {
  const { name, rules, targets, fingerprint, nowMs } = campaign;
  const known = await loadCampaign(store, name);
  if (known && known.fingerprint !== fingerprint) {
    throw new DialerError('DIALER_CAMPAIGN', [
      `targets: the file has changed since the campaign "${name}" began. Put it back, or give the new one a new name.`,
    ]);
  }
  if (!known || !isDeepStrictEqual(known.schedule.rules, JSON.parse(JSON.stringify(rules)))) {
    await store.append(name, { type: 'campaign', rules, targets: targets.length, fingerprint, atMs: nowMs });
  }
  // A process that was killed while it stored them has left a part.
  for (let from = known?.schedule.targets.length ?? 0; from < targets.length; from += CHUNK) {
    const record: DialRecord = { type: 'targets', targets: targets.slice(from, from + CHUNK) };
    await store.append(name, record, [`targets/${name}/${from}`]);
  }
  const opened = await loadCampaign(store, name);
  if (!opened)
    throw new DialerError('DIALER_STORE', [`The records of the campaign "${name}" cannot be read.`]);
  return opened.schedule;
}

export interface LoadedCampaign {
  schedule: Schedule;
  fingerprint: string;
  /** Position of the last record. */
  seq: number;
}

/** What the store knows of a campaign; undefined if that is nothing. */
export async function loadCampaign(store: DialStore, name: string): Promise<LoadedCampaign | undefined> {
  const records = await store.read(name);
  const first = records.find(({ body }) => body.type === 'campaign')?.body;
  if (first?.type !== 'campaign') return undefined;
  const schedule = new Schedule(name, first.rules);
  for (const { body } of records) schedule.apply(body);
  return { schedule, fingerprint: first.fingerprint, seq: records.at(-1)?.seq ?? 0 };
}
