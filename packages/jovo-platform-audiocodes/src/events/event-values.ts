import type { Fields } from '../wire';
import type { CallFacts } from './call-facts';

/** What each event says once it is read (spec 3). Fields that the wire left out are absent. */
export interface EventValues {
  start: CallFacts;
  /** `start` of a call between others, which the bot may listen to (spec 10.1). */
  assistStart: CallFacts;
  dialoutInitiated: CallFacts;
  /** A finished utterance, or digits that the gateway was asked to deliver as text (spec 3.2). */
  message: Utterance;
  /** The same over something that we were saying. */
  bargeIn: Utterance;
  /** One of the others has said something. */
  participantMessage: Utterance & { participant: string };
  /** One key: `0-9`, `*` or `#` (spec 3.3). */
  key: { keys: string };
  /** A whole entry, without the key that ended it. */
  keyEntry: { keys: string };
  /** How often in a row the caller has been silent, from 1 (spec 3.4). */
  noUserInput: { count?: number };
  /** Answers to a `transfer` (spec 3.5): the caller is with somebody else now, or with us again. */
  transferAnswered: Nothing;
  transferFailed: { reasonCode?: string; reason?: string };
  /** A machine has answered: its greeting plays, or it records what is said now (spec 7.9). */
  machineDetection: { machine: 'greeting' | 'recording' };
  /** What the gateway's recogniser believes so far (spec 3.7). */
  speechHypothesis: Utterance & { stability?: number };
  /** The oldest prompt is no longer playing. Anything but `finished` means that it was cut off (spec 3.9). */
  playFinished: { playedDurationMs?: number; finished: boolean };
  voiceDetected: Nothing;
  silenceDetected: Nothing;
  agentConnected: Nothing;
  /** Synonyms of the end of a call (spec 3.11). */
  conversationEnd: { reason?: string; reasonCode?: string };
  /** Results of voice biometrics (spec 3.10). */
  speakerVerification: SpeakerVerification;
  /** Something that this version does not know, as it came. */
  unknown: { name: string };
  /** The same, of something that is answered with nothing: what the app has no handler for. */
  passing: Nothing;
  /** Never on the wire: a sound has cut us off, and no words have followed. */
  soundWasNoise: Nothing;
  /** Never on the wire: the gateway for text messages has failed. */
  smsFailed: Nothing;
}

type Nothing = Readonly<Record<string, never>>;

export interface Utterance {
  text: string;
  /** 0 to 1. */
  confidence?: number;
  /** Where a bot listens to others: who spoke. */
  participant?: string;
  participantUriUser?: string;
  /** Name of the stored audio. */
  audioFilename?: string;
  /** The recogniser's own result; its shape is the vendor's. */
  recognitionOutput?: Fields;
}

export interface SpeakerVerification {
  result:
    | 'speakerStatus'
    | 'enrollProgress'
    | 'verifyProgress'
    | 'enrollCompleted'
    | 'verifyCompleted'
    | 'actionResult';
  enrolled?: boolean;
  moreAudioRequired?: boolean;
  success?: boolean;
}

export type EventType = keyof EventValues;

/** One activity of the gateway, read; or something that we tell ourselves. */
export type GatewayEvent = {
  [T in EventType]: {
    type: T;
    /** For duplicates; peers have been seen to leave it out. */
    id?: string;
    timestamp?: string;
    /** May be a pseudo value such as `any-CI`. */
    language?: string;
    value: EventValues[T];
    /** The activity as it came, for apps that know more than we do. Data, never behaviour. */
    activity: Fields;
  };
}[EventType];
