/** The network's side of sipgate AI Flow: callers, call scripts and load, written from the wire specification. */
export * from './call';
export * from './call-log';
export * from './call-options';
export * from './clock';
export type { Measures } from './ear';
export { SimulatorError, type SimulatorErrorCode } from './errors';
export { type LoadOptions, type LoadReport, runLoad } from './load';
export * from './playback';
export type { CallScript, Pattern, ScriptCall, Step, Verb } from './script-format';
export { parseScript, readScript } from './script-parse';
export {
  type PlayOptions,
  playScript,
  type ScriptFailure,
  type ScriptResult,
  transportsOf,
} from './script-play';
export * from './speech';
export * from './transport';
export { HttpTransport, type HttpTransportOptions } from './transport-http';
export { WebSocketTransport, type WebSocketTransportOptions } from './transport-websocket';
export { readWav, type WavReading } from './wav';
export * from './wire';
export { type AnswerReading, readAnswer } from './wire-rules';
