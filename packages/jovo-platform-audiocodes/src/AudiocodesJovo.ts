import { AsyncCallJovo, CallJovo } from '@jovo-telephony/platform-base';
import type { AudiocodesPlatform } from './AudiocodesPlatform';
import type { AudiocodesRequest } from './AudiocodesRequest';
import type { AudiocodesResponse } from './AudiocodesResponse';
import type { Audiocodes } from './types';

/** One request whose outputs are collected and answered together (HTTP mode). */
export class AudiocodesJovo extends CallJovo<Audiocodes, AudiocodesRequest, AudiocodesResponse> {
  declare readonly $platform: AudiocodesPlatform;
}

/** One event whose outputs leave one by one, as they are sent (WebSocket mode, asynchronous socket). */
export class AudiocodesAsyncJovo extends AsyncCallJovo<Audiocodes, AudiocodesRequest, AudiocodesResponse> {
  declare readonly $platform: AudiocodesPlatform;
}
