import type { Clock } from '@jovo-telephony/telephony';
import { DialerError } from '../errors';
import type { DialerSettings } from '../settings';
import { AudiocodesNetwork } from './audiocodes-network';
import type { OutboundNetwork } from './outbound-network';
import { SipgateNetwork } from './sipgate-network';

export const OUTBOUND_NETWORKS = ['audiocodes', 'sipgate'] as const;
export type NetworkName = (typeof OUTBOUND_NETWORKS)[number];

/** What a campaign or a bot says about its network. */
export interface NetworkChoice {
  network: NetworkName;
  bot?: string;
  allowedCallers?: readonly string[];
}

export interface NetworkTools {
  clock: Clock;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
}

const UNSET: Readonly<Record<NetworkName, string>> = {
  audiocodes: 'AUDIOCODES_API_URL, AUDIOCODES_API_CLIENT_ID and AUDIOCODES_API_CLIENT_SECRET',
  sipgate: 'SIPGATE_API_TOKEN, SIPGATE_FLOW_ID and SIPGATE_BILLING_DEVICE',
};

/** Never asked: it only checks. */
const UNUSED = 'http://localhost';

const DRY: Pick<DialerSettings, 'audiocodes' | 'sipgate'> = {
  audiocodes: {
    baseUrl: UNUSED,
    auth: 'basic',
    clientId: '',
    clientSecret: '',
    tokenUrl: UNUSED,
    scope: undefined,
  },
  sipgate: { baseUrl: UNUSED, token: '', flowId: '', billingDevice: '' },
};

/** The network that would place the calls, for a check without an account. It must not be asked for a call. */
export function dryNetworkOf(
  choice: NetworkChoice,
  settings: DialerSettings,
  tools: NetworkTools,
): OutboundNetwork {
  const { audiocodes = DRY.audiocodes, sipgate = DRY.sipgate } = settings;
  return networkOf(choice, { ...settings, audiocodes, sipgate }, tools);
}

/** The network that places the calls. Throws a `DialerError` where a setting is missing. */
export function networkOf(
  { network, bot, allowedCallers }: NetworkChoice,
  settings: DialerSettings,
  tools: NetworkTools,
): OutboundNetwork {
  if (network === 'sipgate' && settings.sipgate) return new SipgateNetwork({ ...settings.sipgate, ...tools });
  if (network === 'audiocodes' && settings.audiocodes) {
    if (bot === undefined) {
      throw new DialerError('DIALER_CAMPAIGN', [
        'bot: is missing; expected the name of the bot (VoiceAI Connect) or the id of its connection (Live Hub).',
      ]);
    }
    const { auth: method, baseUrl, ...client } = settings.audiocodes;
    return new AudiocodesNetwork({
      baseUrl,
      bot,
      allowedCallers,
      credentials: { method, ...client },
      ...tools,
    });
  }
  throw new DialerError('DIALER_SETTINGS', [
    `Calls through ${network} need ${UNSET[network]}: set them in the environment or in .env.`,
  ]);
}
