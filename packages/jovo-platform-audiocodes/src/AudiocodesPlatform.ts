import { randomUUID } from 'node:crypto';
import { CallDevice, CallPlatform, CallUser, type Guard } from '@jovo-telephony/platform-base';
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
type AnyAudiocodesJovo = Jovo<AudiocodesRequest, AudiocodesResponse> &
  Pick<AudiocodesJovo | AudiocodesAsyncJovo, 'turn'>;

/** AudioCodes VoiceAI Connect as a Jovo platform: HTTP mode, its asynchronous socket and WebSocket mode. */
export class AudiocodesPlatform extends CallPlatform<
  Audiocodes,
  AudiocodesRequest,
  AudiocodesResponse,
  AnyAudiocodesJovo,
  CallUser<AnyAudiocodesJovo>,
  CallDevice<AnyAudiocodesJovo>,
  AudiocodesPlatform,
  AudiocodesConfig
> {
  readonly id = PLATFORM_ID;
  readonly requestClass = AudiocodesRequest;
  readonly jovoClass = AudiocodesJovo;
  readonly asyncJovoClass = AudiocodesAsyncJovo;
  readonly userClass = CallUser;
  readonly deviceClass = CallDevice;
  readonly requestBuilder = AudiocodesRequestBuilder;
  readonly outputTemplateConverterStrategy: AudiocodesConverter;
  /** Asked before anything of a request is read, by every door. */
  readonly guard: Guard | undefined;

  constructor(given: Partial<AudiocodesConfig> = {}) {
    const { auth, smsGateway, epochMs = Date.now } = given;
    const guard = audiocodesGuard(auth ?? {});
    // Neither secrets nor connections are configuration: Jovo would copy them with every event.
    super({ ...given, auth: undefined, smsGateway: undefined }, (config) => ({
      wire: audiocodesWire({
        stamp: { id: randomUUID, epochMs },
        defaults: {
          sessionParams: given.sessionParams ?? {},
          inputTimeoutMs: Math.round(config.userInputTimeoutSec * 1000),
        },
        backgroundLevel: config.backgroundLevel,
        listenTo: given.listenTo,
        language: config.language,
        sms: smsGateway !== undefined,
        outbox: smsGateway && new SmsOutbox(smsGateway, (callId) => void this.smsFailed(callId)),
      }),
      guard,
    }));
    this.guard = guard;
    this.outputTemplateConverterStrategy = new AudiocodesConverter(this.wire.capabilities(true));
  }

  /** Jovo keys plugins by name; minifiers rename classes. */
  override get name(): string {
    return 'AudiocodesPlatform';
  }

  override getDefaultConfig(): AudiocodesConfig {
    return { ...DEFAULT_CONFIG, sessionParams: {} };
  }

  protected override isEvent(request: unknown): boolean {
    return isRecord(request) && typeof request.conversation === 'string' && Array.isArray(request.activities);
  }

  protected override requestOf(event: AudiocodesEvent): AudiocodesRequest {
    return AudiocodesRequest.from(event);
  }

  private smsFailed(callId: string): Promise<void> {
    return this.receiver.inject(ownEvent('smsFailed', callId));
  }
}
