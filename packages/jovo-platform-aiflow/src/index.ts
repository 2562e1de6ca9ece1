export {
  CallDevice as SipgateAiflowDevice,
  CallInput as AiflowInput,
  type CallInputFields,
  CallSession as SipgateAiflowSession,
  CallUser as SipgateAiflowUser,
  type HttpAnswer,
  InputType,
  type ReplyDeadlines,
  type Socket,
  type SocketData,
  type StockPhrases,
} from '@jovo-telephony/platform-base';
export { BargeInHelper, BargeInIntent } from '@jovo-telephony/telephony';
export type { SipgateAiflowConfig } from './config';
export type { DoorOptions, HttpDoorOptions } from './door/door-options';
export * from './door/http-door';
export * from './door/lambda-door';
export * from './door/lambda-socket-door';
export * from './door/websocket-door';
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
export { HttpServer } from './server/HttpServer';
export { WebSocketServer } from './server/WebSocketServer';
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
