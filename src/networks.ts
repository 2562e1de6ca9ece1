import { AudiocodesPlatform } from '@jovo-telephony/jovo-platform-audiocodes';
import type { CallPlatformConfig } from '@jovo-telephony/platform-base';
import type { Plugin } from '@jovotech/framework';
import { SipgateAiflowPlatform } from '@lautmaler/jovo-platform-aiflow';
import type { AgentProfile } from './agent/profiles/profile';
import type { Settings } from './settings';
import { smsGateway } from './sms-gateway';

/** What a network's platform is made from. */
export interface NetworkParts {
  settings: Settings;
  /** What platforms have in common, and what surrounds this one. */
  config: Partial<CallPlatformConfig>;
  /** The profile of calls that no other one claims: its voice is that of what is said without one of its own. */
  fallback: AgentProfile;
}

/** A network that delivers calls. Its door is the business of whoever has one (server.ts, lambda.ts). */
export interface Network {
  name: string;
  platform(parts: NetworkParts): Plugin;
}

export const sipgate: Network = {
  name: 'sipgate',
  platform: ({ settings, config, fallback: { voice, language } }) =>
    new SipgateAiflowPlatform({
      ...config,
      apiKey: settings.aiflowApiKey,
      tts: { language, ...voice },
      userInputTimeoutSec: settings.inputTimeoutMs / 1000,
    }),
};

export const audiocodes: Network = {
  name: 'audiocodes',
  platform: ({ settings, config, fallback: { language } }) =>
    new AudiocodesPlatform({
      ...config,
      auth: settings.audiocodesAuth,
      language,
      userInputTimeoutSec: settings.inputTimeoutMs / 1000,
      smsGateway: settings.smsGateway && smsGateway(settings.smsGateway),
    }),
};
