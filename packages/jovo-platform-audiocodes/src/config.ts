import type { CallPlatformConfig } from '@jovo-telephony/platform-base';
import type { ExtensibleConfig } from '@jovotech/framework';
import type { MappingContext } from './activities/portable';
import type { AudiocodesAuth } from './auth/guard';
import type { SessionParams } from './parameters/parameters';
import type { SmsGateway } from './sms';

export interface AudiocodesConfig extends CallPlatformConfig {
  /** How a gateway proves who it is. Without it everybody may come in. */
  auth?: AudiocodesAuth;
  /** Session parameters for every call; those of a profile win. */
  sessionParams: SessionParams;
  /** Seconds of silence until `USER_INPUT_TIMEOUT`; 0 switches it off. */
  userInputTimeoutSec: number;
  /** Language of what is said without one of its own (BCP-47). */
  language?: string;
  /** Sends text messages, which the network has none of. Without it they are refused. */
  smsGateway?: SmsGateway;
  /** Participants to listen to in a call between others; undefined: all of them. */
  listenTo?: readonly string[];
  /** The name that the gateway knows for the level of background audio (spec 4.13). Without it no level is sent. */
  backgroundLevel?: MappingContext['backgroundLevel'];
}

export const DEFAULT_CONFIG = {
  sessionParams: {},
  userInputTimeoutSec: 8,
} as const satisfies AudiocodesConfig & ExtensibleConfig;
