/** The networks' side: callers, call scripts and load, written from the wire specifications. */
export * from './call';
export * from './call-log';
export * from './call-options';
export * from './clock';
export { urlFor } from './connection';
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
export * from './sipgate/transport';
export { HttpTransport, type HttpTransportOptions } from './sipgate/transport-http';
export { WebSocketTransport, type WebSocketTransportOptions } from './sipgate/transport-websocket';
export { readWav, type WavReading } from './sipgate/wav';
export * from './sipgate/wire';
export { type AnswerReading, readAnswer } from './sipgate/wire-rules';
export * from './speech';
export type { Violation } from './violation';
