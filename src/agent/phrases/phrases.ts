import type { Budgets, TransferFailure } from '@jovo-telephony/telephony';

/** Everything the agent says that is neither the profile's nor the brain's. */
export interface Phrases {
  /** The answer takes longer. One in each wait, in turn, so that a caller does not hear the same each time. */
  hold: readonly string[];
  /** It takes longer still: said behind one of those. */
  holdOn: readonly string[];
  /** A turn has failed. */
  sorry: string;
  /** The call was connected again, or its start came twice. */
  stillHere: string;
  transfer: Readonly<Record<TransferFailure, string>> & {
    /** Said before, in a language in which the profile has no announcement. */
    announce: string;
    /** The next number of a destination is tried. */
    elsewhere: string;
    /** It came to nothing, and the conversation goes on. */
    anythingElse: string;
  };
  noSuchDestination: string;
  /** Said before hanging up when the brain has not said goodbye. */
  goodbye: string;
  /** The caller says nothing: first, second time. The third time is `silentGoodbye`. */
  areYouThere: readonly [string, string];
  silentGoodbye: string;
  smsSent: string;
  smsFailed: string;
  smsNeedsNumber: string;
  /** The network has no text messages. */
  smsNotHere: string;
  /** Keys mean nothing here. */
  keyPressed: string;
  /** About keys that do mean something: a menu, or digits that are asked for. What was asked follows. */
  keypad: {
    unknownKey: string;
    nothingKeyed: string;
    tooFewDigits: string;
    wrongDigits: string;
    /** Other words instead of a PIN. */
    digitsOnly: string;
    /** A key has cut the question off. */
    goOn: string;
    /** Keys came, then none: this may be all. */
    moreDigits: string;
    cancelled: string;
    /** Too many tries. */
    givenUp: string;
    /** Told to the brain, never spoken: a secret was entered. */
    entered: string;
  };
  /** The caller thinks aloud. */
  takeYourTime: string;
  /** The caller wants the floor and has not said yet what for. */
  goAhead: string;
  /** The policy says no. */
  notAllowed: string;
  /** The policy would say yes, but not so often: in this call; today, to this caller, from this number, or at all. */
  usedUp: Readonly<Record<keyof Budgets, string>>;
  /** The journal is away: nothing may be done that cannot be written down. */
  notNow: string;
  /** It was begun, and then something went wrong. */
  notCertain: string;
  /** Nobody is there at this time. */
  closedNow: string;
  /** Asked before an action that the caller must have agreed to. */
  confirm: { transfer: string; send_sms: string };
  /** The same action was asked for again. */
  alreadyDone: string;
  languageSwitched: string;
  /** The profile does not offer the language that is asked for. */
  languageNotOffered: string;
  /** The call has become too long, or too dear. */
  callTooLong: string;
  /** Too many turns in a row were not understood. */
  noProgress: string;
  /** More calls than are allowed: said instead of the greeting. */
  allBusy: string;
  /** The server stops, and this call has outlasted its patience. */
  mustStop: string;
  /** Somebody whom we have called wants no further calls. */
  optedOut: string;
}
