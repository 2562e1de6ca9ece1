import { randomUUID } from 'node:crypto';
import { byReference, CallDevice, CallPlatform, CallUser } from '@jovo-telephony/platform-base';
import type { Jovo } from '@jovotech/framework';
import { AudiocodesConverter, PLATFORM_ID } from './AudiocodesConverter';
import { AudiocodesAsyncJovo, AudiocodesJovo } from './AudiocodesJovo';
import { AudiocodesRequest } from './AudiocodesRequest';
import { AudiocodesRequestBuilder } from './AudiocodesRequestBuilder';
import type { AudiocodesResponse } from './AudiocodesResponse';
import { audiocodesWire, ownEvent } from './audiocodes-wire';
import { audiocodesGuard } from './auth/guard';
import { type AudiocodesConfig, DEFAULT_CONFIG } from './config';
import { SmsOutbox } from './sms';
import type { Audiocodes, AudiocodesEvent } from './types';
import { isRecord } from './wire';

declare module '@jovotech/framework/dist/types/Extensible' {
  interface ExtensiblePluginConfig {
    AudiocodesPlatform?: AudiocodesConfig;
  }
  interface ExtensiblePlugins {
    AudiocodesPlatform?: AudiocodesPlatform;
  }
}

/** What both kinds of turn are to the platform. */
type AnyAudiocodesJovo = Jovo<AudiocodesRequest, AudiocodesResponse> & AudiocodesJovo;
