import type { CallingHours } from '../campaign/place';
import { type PreparedCampaign, prepareCampaign } from '../campaign/prepare';
import { reportOf, reportTable } from '../campaign/report';
import { Schedule } from '../campaign/schedule';
import { dryNetworkOf } from '../network/networks';
import type { DialerSettings } from '../settings';
import { type Io, line } from './io';
import { EXIT } from './options';
import { toolsOf } from './run-campaign';

/** Targets that cannot be dialled, listed one by one. */
const SHOWN = 20;

/** `check`: what would happen, without store and network. */
export function checkCampaign(path: string, settings: DialerSettings, io: Io): number {
  const prepared = prepareCampaign(path, settings, toolsOf(io), dryNetworkOf);
  const { file, rules, targets, doNotCall } = prepared;
  const schedule = new Schedule(file.name, rules);
  schedule.apply({ type: 'targets', targets });
  for (const number of new Set(doNotCall)) {
    if (schedule.concerns(number)) schedule.apply({ type: 'do_not_call', number, atMs: io.wallMs() });
  }
  const report = reportOf(schedule);
  line(io.stdout, `Campaign ${file.name}, through ${file.network}. Nobody is called by this check.\n`);
  line(io.stdout, reportTable(report));
  line(io.stdout, `\n  at most    ${rules.callsPerSecond} calls per second, ${rules.concurrent} at a time`);
  line(io.stdout, `  hours      ${hoursText(rules.hours)}, where the number is`);
  const { perTarget, perNumberPerDay, perDay, total } = rules.caps;
  line(
    io.stdout,
    `  caps       ${perTarget} per target, ${perNumberPerDay} per number and day, ${perDay} per day, ${total} in all`,
  );
  const retries = Object.entries(rules.retry).map(
    ([outcome, rule]) => `${outcome} ${rule?.times}x after ${durationText(rule?.afterMs ?? 0)}`,
  );
  line(io.stdout, `  retries    ${retries.join(', ') || 'none'}`);
  line(io.stdout, `  reports    ${reportsText(prepared, settings)}`);
  const unfit = report.rows.filter(({ outcome, reason }) => outcome !== undefined && reason !== undefined);
  for (const { id, outcome, reason } of unfit.slice(0, SHOWN)) {
    line(io.stdout, `  ${outcome}    target ${id}: ${reason}`);
  }
  if (unfit.length > SHOWN) line(io.stdout, `  and ${unfit.length - SHOWN} more`);
  return EXIT.ok;
}

function hoursText(hours: CallingHours): string {
  return hours === 'always'
    ? 'always'
    : hours.week.map(({ days, from, to }) => `${days} ${from}-${to}`).join(', ');
}

function durationText(ms: number): string {
  const [value, unit] =
    ms % 3_600_000 === 0 ? [ms / 3_600_000, 'h'] : ms % 60_000 === 0 ? [ms / 60_000, 'm'] : [ms / 1000, 's'];
  return `${value}${unit}`;
}

function reportsText({ network, rules }: PreparedCampaign, { publicUrl }: DialerSettings): string {
  if (rules.reports) return `to ${publicUrl}`;
  return network.can.reports
    ? 'none: DIALER_PUBLIC_URL is not set, so only the conversations tell how calls went'
    : `none: ${network.name} has no reports, so only the conversations tell how calls went`;
}
