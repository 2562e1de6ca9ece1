/** What the wires between gateway and bot have in common: activities out, activities in, one end. */
import type { ArrivedWhen } from '../connection';
import type { MediaStreams, PlayedStream } from './media-streams';
import type { Activity, EndReason, Wire } from './wire';

/** Told by a wire what the bot does. */
export interface BotWireListener {
  /** An `activities` array as it came, unread. */
  activities(json: unknown, when: ArrivedWhen): void;
  violation(rule: string, sentence: string, spec: string): void;
  warning(sentence: string): void;
  /** A request was answered. */
  response(to: string, status: number, elapsedMs: number): void;
  /** W2: the bot's audio, and what its own recogniser hears. */
  audio?: {
    played(stream: PlayedStream): void;
    hypothesis(text: string): void;
    recognised(text: string): void;
  };
  /** The bot counts as failed: the gateway gives up on it (spec 1.12). */
  failed(reason: string): void;
}

/** What becomes of one activity on its way. */
export interface Delivery {
  /** It is out. Rejects with a `SimulatorError` when nobody was ever there. */
  out: Promise<void>;
  /** The bot has it: HTTP, it answered; WebSocket, the same as `out` (spec 3.3). */
  acknowledged: Promise<void>;
}

/** One conversation's way to its bot. */
export interface BotWire {
  readonly kind: Wire;
  /** HTTP: activities that have no answer yet. */
  readonly pending: number;
  /** Opens the conversation. Rejects with a `SimulatorError` when the bot cannot be reached or declines. */
  open(listener: BotWireListener): Promise<void>;
  /** Sends in order. */
  send(activity: Activity): Delivery;
  /** Tells the bot of the end, gives it the chance to misbehave, then lets go. */
  end(reason: EndReason): Promise<void>;
  /** Lets go without a word. */
  close(): Promise<void>;
  /** W2: the streams of both sides' audio. */
  readonly media?: MediaStreams;
  /** W2: the connection breaks (spec 2.8); elsewhere nothing. */
  breakConnection?(): void;
}
