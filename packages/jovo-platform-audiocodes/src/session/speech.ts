import type { MediaFormat } from '../media-formats';
import type { Fields } from '../wire';
import type { PlayStreams } from './play-streams';
import type { SessionFacts } from './session';
import type { SpeechSignal } from './speech-signals';
import type { AudioSink } from './user-streams';

/**
 * Ears and a voice of our own, for sessions whose audio comes to us (spec 2). The platform ends the streams; whoever
 * implements this turns sound into words and, if it likes, words into sound.
 */
export interface Speech {
  /** What can be decoded; one of it is agreed on for each session. */
  readonly decodable: readonly MediaFormat[];
  /** Best first; what is not in it is taken in the gateway's order. */
  readonly preferred?: readonly MediaFormat[];
  /** Sessions in which the gateway wants text are refused. */
  readonly audioOnly?: boolean;
  open(session: SpeechSession): SpeechLine;
}

/** One session, as speech sees it. */
export interface SpeechSession {
  readonly conversationId: string;
  readonly facts: SessionFacts;
  /** What is played to the caller. */
  readonly play: PlayStreams;
  /** Tells the gateway what is being recognised, which is how it interrupts what is playing. */
  signal(signal: SpeechSignal, participant?: string): void;
  /** A finished utterance: a turn of the call begins. `more`: further fields of the activity. */
  words(text: string, more?: Fields): void;
}

/** The caller's sound of one session comes in here. */
export interface SpeechLine extends AudioSink {
  /** A mark in something that we play was passed; its fields differ between gateways (spec 2.4). */
  markReached?(fields: Fields): void;
  /** The session is over, or its socket is gone. */
  close(): void;
}
