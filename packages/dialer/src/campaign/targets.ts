import { DialerError } from '../errors';
import type { DialRequest } from '../network/outbound-network';
import type { CampaignFile } from './campaign-file';
import { judgeDial, NO_USAGE } from './dial-policy';
import { type CallingHours, countryOf, hasCallingTime, type Place, zonesOf } from './place';
import type { Target } from './target';
import type { TargetRow } from './target-file';
import { e164OfWritten } from './written-number';

export interface TargetOptions {
  campaign: Pick<CampaignFile, 'country' | 'rules'>;
  nowMs: number;
  /** Throws a `DialerError` for a target that the network could only refuse. */
  check?(target: Target): void;
}

/** Who is to be called. Every line becomes a target: those that cannot be dialled are closed, and say why. */
export function targetsOf(rows: readonly TargetRow[], { campaign, nowMs, check }: TargetOptions): Target[] {
  const { country, rules } = campaign;
  const seen = new Set<string>();
  const open = new Map<Place, boolean>();
  const neverOpen = (place: Place, hours: CallingHours): boolean => {
    const known = open.get(place) ?? hasCallingTime(place, hours, nowMs);
    open.set(place, known);
    return !known;
  };
  return rows.map((row): Target => {
    const { line, number: written, timeZone, metadata } = row;
    const number = e164OfWritten(written, country);
    const place = (number && countryOf(number)) ?? '';
    const target: Target = { id: row.id ?? String(line), number: number ?? written, place, metadata };
    const closed = (outcome: NonNullable<Target['closed']>['outcome'], reason?: string): Target => ({
      ...target,
      closed: { outcome, reason },
    });
    if (number === undefined) return closed('invalid', 'number_unreadable');
    if (timeZone !== undefined) {
      if (!isZoneIn(timeZone, place)) return closed('invalid', 'timezone_elsewhere');
      target.place = timeZone;
    }
    if (seen.has(number)) return closed('duplicate');
    seen.add(number);
    // At any time of day: hours are asked for when it is its turn.
    const verdict = judgeDial(number, target.place, { ...rules, hours: 'always' }, NO_USAGE, nowMs);
    if (!verdict.allowed) return closed('blocked', verdict.reason);
    if (neverOpen(target.place, rules.hours)) return closed('never_open');
    try {
      check?.(target);
    } catch (error) {
      if (error instanceof DialerError) return closed('invalid', error.faults[0]?.split(':')[0]);
      throw error;
    }
    return target;
  });
}

/** What the network is asked for: what all calls have in common, and what is this target's own. */
export function requestOf(
  target: Pick<Target, 'number' | 'metadata'>,
  request: CampaignFile['request'],
  extra: Record<string, unknown> = {},
  notifyUrl?: string,
): DialRequest {
  const metadata = { ...request.metadata, ...target.metadata, ...extra };
  return { ...request, number: target.number, metadata, ...(notifyUrl === undefined ? {} : { notifyUrl }) };
}

/** A zone that the number's country has, or any where the country's are not known. */
function isZoneIn(timeZone: string, place: Place): boolean {
  const zones = zonesOf(place);
  if (zones.length > 0) return zones.includes(timeZone);
  return Intl.supportedValuesOf('timeZone').includes(timeZone);
}
