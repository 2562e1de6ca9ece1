import { AsyncCallJovo, CallJovo } from '@jovo-telephony/platform-base';
import type { SipgateAiflowPlatform } from './SipgateAiflowPlatform';
import type { SipgateAiflowRequest } from './SipgateAiflowRequest';
import type { SipgateAiflowResponse } from './SipgateAiflowResponse';
import type { Aiflow } from './wire';

/** One event whose outputs are collected and answered together (HTTP, Lambda). */
export class SipgateAiflow extends CallJovo<Aiflow, SipgateAiflowRequest, SipgateAiflowResponse> {
  declare readonly $platform: SipgateAiflowPlatform;
}

/** One event whose outputs leave one by one, as they are sent (WebSocket). */
export class SipgateAiflowAsync extends AsyncCallJovo<Aiflow, SipgateAiflowRequest, SipgateAiflowResponse> {
  declare readonly $platform: SipgateAiflowPlatform;
}
