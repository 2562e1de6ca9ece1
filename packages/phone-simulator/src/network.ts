/** The seam between the phone at the caller's end and the network it is on. One room per network. */
import type { CallLog, EndedBy, WireMessage } from './call-log';
import type { Ear } from './ear';
import type { CutBy, Playback } from './playback';

/** What a room needs of the call around it. */
export interface RoomHost {
  readonly log: CallLog;
  readonly ear: Ear;
  /** The call ends here. `tell`: whether the agent is told of the end. Does nothing when it is over already. */
  end(by: EndedBy, reason: string, cutBy: CutBy, tell: boolean): void;
  /** Something changed that may change the pace of time. */
  changed(): void;
}

/** How a call ended in the network's words, and what the agent has said of it for whoever ordered it. */
export interface CallOutcome {
  reasonCode?: string;
  reason?: string;
  result?: string;
  data?: string;
}

/** What the phone can do with its network, and what it can know of it. */
export interface NetworkRoom {
  readonly playback: Playback;
  /** Whether the agent has taken the call; until then the caller hears it ring. */
  readonly answered: boolean;
  /** Whether another phone rings (a transfer). */
  readonly ringing: boolean;
  /** Requests to the agent that have no answer yet. */
  readonly pending: number;
  /** Whether only a timer of the network, or the caller, decides what comes next. */
  readonly awaitsCaller: boolean;
  /** Silence that ends the caller's turn. */
  readonly endOfTurnMs: number;
  /** Reaches the agent and announces the call. Rejects with a `SimulatorError` when nobody is there. */
  open(): Promise<void>;
  /** The caller begins to say `text` (`''`: a noise) and will need `durationMs`. */
  voiceStarts(text: string, durationMs: number): void;
  /** A detector would notice the voice now. */
  voiceNoticed(): Promise<void>;
  /** The caller stops; returns whether the voice has interrupted the agent. */
  voiceEnds(): boolean;
  /** The caller's turn is over and the words are recognised. Resolves when they are out. */
  understood(text: string, bargedIn: boolean): Promise<void>;
  /** A key is pressed. Resolves when it is out, or was kept. */
  presses(digit: string): Promise<void>;
  /** Sends anything, as it is, to see what becomes of it. */
  inject?(message: WireMessage): Promise<void>;
  /** The network ends the call. */
  disconnect?(reasonCode: string, reason: string): void;
  /** How the call ended on the wire, and what the agent has said of it. */
  readonly outcome?: CallOutcome;
  /** The connection to the agent breaks. */
  breakConnection?(): void;
  /** The call is over: stops what plays. Nothing is sent any more but the end. */
  stop(cutBy: CutBy): void;
  /** Tells the agent of the end (if `tell`) and lets go of it. */
  letGo(tell: boolean, by: EndedBy, reason: string): Promise<void>;
}
