import { type CallPlatformConfig, type Guard, tokenGuard } from '@jovo-telephony/platform-base';
import type { ExtensibleConfig } from '@jovotech/framework';
import type { BargeInConfig, TtsConfig } from './wire';

export interface SipgateAiflowConfig extends CallPlatformConfig {
  /**
   * Shared secret: when set, every event must carry it in `X-API-TOKEN`. Of several each is valid: that is how a secret
   * is replaced.
   */
  apiKey?: string | readonly string[];
  /** Debug logging. */
  debug?: boolean;
  /** Voice of what is said without one of its own. */
  tts?: TtsConfig;
  /** Who may interrupt what is said without a setting of its own. */
  bargeIn?: BargeInConfig;
  /** Seconds of silence until `USER_INPUT_TIMEOUT`; 0 switches it off. */
  userInputTimeoutSec: number;

  /** Header that carries the secret. */
  apiKeyHeader?: string;
}

export const DEFAULT_CONFIG = {
  tts: { provider: 'azure', language: 'en-US', voice: 'en-US-JennyNeural' },
  bargeIn: { strategy: 'minimum_characters', minimum_characters: 3 },
  userInputTimeoutSec: 4,
  debug: false,
} as const satisfies SipgateAiflowConfig & ExtensibleConfig;

const API_KEY_HEADER = 'X-API-TOKEN';

/** Who may send events (spec 2). Undefined without a secret: everybody. */
export function apiKeyGuard({
  apiKey = [],
  apiKeyHeader = API_KEY_HEADER,
}: Pick<Partial<SipgateAiflowConfig>, 'apiKey' | 'apiKeyHeader'>): Guard | undefined {
  return tokenGuard({ tokens: typeof apiKey === 'string' ? [apiKey] : apiKey, header: apiKeyHeader });
}
