/** The networks' side: callers, call scripts and load, written from the wire specifications. */

export type { DeliveredNotification, DeliveryPlan, Notification } from './audiocodes/dialout/notifier';
export type { DialoutBot, OutboundCall } from './audiocodes/dialout/outbound-call';
export type { DialoutRequest } from './audiocodes/dialout/request';
export type { GatewayFault, VoiceAiGatewayOptions } from './audiocodes/dialout/voice-ai-gateway';
export { VoiceAiGateway } from './audiocodes/dialout/voice-ai-gateway';
export type { GatewayOptions } from './audiocodes/options';
export { TtsCache } from './audiocodes/tts-cache';
export { readActivities } from './audiocodes/wire-rules';
export * from './call';
export * from './call-log';
export * from './call-options';
export { CAPABILITIES, type Capability, hasCapability } from './capabilities';
export * from './clock';
export { urlFor } from './connection';
export type { Measures } from './ear';
export { SimulatorError, type SimulatorErrorCode } from './errors';
export { type LoadOptions, type LoadReport, runLoad } from './load';
export type { CallOutcome } from './network';
export * from './outbound/callee';
export type { ApiClient } from './outbound/oauth-tokens';
export * from './playback';
export type { CallScript, Condition, Pattern, ScriptCall, Step, Verb } from './script-format';
export { parseScript, readScript } from './script-parse';
export {
  type PlayOptions,
  playScript,
  type ScriptFailure,
  type ScriptResult,
  transportsOf,
  wiresOf,
} from './script-play';
export { type AiFlow, type PlacedCall, SipgateCallApi, type SipgateCallApiOptions } from './sipgate/call-api';
export * from './sipgate/transport';
export { HttpTransport, type HttpTransportOptions } from './sipgate/transport-http';
export { WebSocketTransport, type WebSocketTransportOptions } from './sipgate/transport-websocket';
export { readWav, type WavReading } from './sipgate/wav';
export * from './sipgate/wire';
export { type AnswerReading, readAnswer } from './sipgate/wire-rules';
export * from './speech';
export type { Violation } from './violation';
