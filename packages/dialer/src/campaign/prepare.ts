import { type CallKey, KEY_IN_METADATA, notifyUrlOf } from '../call/call-key';
import { type NetworkTools, networkOf } from '../network/networks';
import type { DialRequest, OutboundNetwork } from '../network/outbound-network';
import { notifySecret } from '../notify/notify-secret';
import type { DialerSettings } from '../settings';
import type { DialStore } from '../store/dial-store';
import { type CampaignFile, readCampaignFile } from './campaign-file';
import type { CampaignRules } from './campaign-rules';
import { readDoNotCallFile } from './do-not-call';
import { openCampaign } from './open-campaign';
import type { Schedule } from './schedule';
import type { Target } from './target';
import { readTargetFile } from './target-file';
import { requestOf, targetsOf } from './targets';

/** A campaign file and its lists, read and checked; nothing is stored yet. */
export interface PreparedCampaign {
  file: CampaignFile;
  rules: CampaignRules;
  network: OutboundNetwork;
  targets: Target[];
  fingerprint: string;
  doNotCall: string[];
}

/**
 * Reads everything that a campaign needs. Throws a `DialerError` for whatever cannot be used.
 *
 * @param makeNetwork `dryNetworkOf` for a check without an account
 */
export function prepareCampaign(
  path: string,
  settings: DialerSettings,
  tools: NetworkTools,
  makeNetwork = networkOf,
): PreparedCampaign {
  const file = readCampaignFile(path);
  const network = makeNetwork(file, settings, tools);
  const { rows, fingerprint } = readTargetFile(file.targets);
  // Whatever is wrong with every call is told once, before anything is stored.
  network.check(requestOf({ number: '+4930123456' }, file.request));
  const check = (target: Target) => network.check(requestOf(target, file.request));
  const targets = targetsOf(rows, { campaign: file, nowMs: tools.wallMs(), check });
  const reports = network.can.reports && settings.publicUrl !== undefined;
  return {
    file,
    rules: { ...file.rules, reports },
    network,
    targets,
    fingerprint,
    doNotCall: readLists(file),
  };
}

/** The numbers of all do-not-call lists of a campaign. */
export function readLists({ doNotCall, country }: Pick<CampaignFile, 'doNotCall' | 'country'>): string[] {
  return doNotCall.flatMap((path) => readDoNotCallFile(path, country));
}

export interface OpenedCampaign {
  schedule: Schedule;
  requestFor(target: Target, key: CallKey): DialRequest;
}

/** Stores a campaign, or finds it where it was left. */
export async function storeCampaign(
  { file, rules, targets, fingerprint }: PreparedCampaign,
  store: DialStore,
  { publicUrl }: Pick<DialerSettings, 'publicUrl'>,
  wallMs: () => number,
): Promise<OpenedCampaign> {
  const { name } = file;
  const schedule = await openCampaign(store, { name, rules, targets, fingerprint, nowMs: wallMs() });
  const secret = publicUrl === undefined ? undefined : await notifySecret(store, wallMs);
  const requestFor = (target: Target, key: CallKey): DialRequest => {
    const notifyUrl =
      publicUrl === undefined || secret === undefined ? undefined : notifyUrlOf(publicUrl, key, secret);
    return requestOf(target, file.request, { [KEY_IN_METADATA]: key }, notifyUrl);
  };
  return { schedule, requestFor };
}
