export { BargeInHelper, BargeInIntent } from '@jovo-telephony/telephony';
export type { ReplyDeadlines, SipgateAiflowConfig, StockPhrases } from './config';
export type { DoorOptions, HttpDoorOptions } from './door/door';
export * from './door/http-door';
export * from './door/lambda-door';
export * from './door/websocket-door';
export { AiflowInput, type CallInputFields, InputType } from './input';
export * from './output/ActionOutputs';
export * from './output/AudioOutput';
export * from './output/ConfigureTranscriptionOutput';
export * from './output/ConfigureVoiceToVoiceOutput';
export * from './output/MixAudioOutput';
export * from './output/SendSmsOutput';
export * from './output/SpeakOutput';
export * from './output/TransferOutput';
export { capabilities } from './portable';
export { SipgateAiflow, SipgateAiflowAsync } from './SipgateAiflow';
export * from './SipgateAiflowPlatform';
export { SipgateAiflowRequest } from './SipgateAiflowRequest';
export { SipgateAiflowRequestBuilder } from './SipgateAiflowRequestBuilder';
export { SipgateAiflowResponse } from './SipgateAiflowResponse';
export { SipgateAiflowSession } from './SipgateAiflowSession';
export { SipgateAiflowDevice, SipgateAiflowUser } from './SipgateAiflowUser';
export { type HttpAnswer, HttpServer } from './server/HttpServer';
export { type Socket, type SocketData, WebSocketServer } from './server/WebSocketServer';
export {
  type AiflowAction,
  type AiflowEvent,
  type BargeInConfig,
  BargeInStrategy,
  type SessionInfo,
  TranscriptionProvider,
  type TtsConfig,
  type VadConfig,
} from './wire';
