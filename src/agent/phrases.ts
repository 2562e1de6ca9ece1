import type { Language } from './brain';

/** Everything the agent says that is neither the profile's nor the brain's. Complete in both languages. */
export interface Phrases {
  /** The answer takes longer. Used in turn, so that a caller does not hear the same twice. */
  hold: readonly string[];
  /** A turn has failed. */
  sorry: string;
  /** The call was connected again, or its start came twice. */
  stillHere: string;
  transferFailed: string;
  noSuchDestination: string;
  /** Said before hanging up when the brain has not said goodbye. */
  goodbye: string;
  /** The caller says nothing: first, second time. The third time is `silentGoodbye`. */
  areYouThere: readonly [string, string];
  silentGoodbye: string;
  smsSent: string;
  smsFailed: string;
  smsNeedsNumber: string;
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
  /** The caller wants the floor and has not said yet what for. */
  goAhead: string;
  /** The next number of a destination is tried. */
  tryingElsewhere: string;
  /** The policy says no. */
  notAllowed: string;
  /** Nobody is there at this time. */
  closedNow: string;
  /** Asked before an action that the caller must have agreed to. */
  confirm: { transfer: string; send_sms: string };
  /** The same action was asked for again. */
  alreadyDone: string;
  languageSwitched: string;
  callTooLong: string;
  /** More calls than are allowed: said instead of the greeting. */
  allBusy: string;
  /** The server stops and this call has outlasted its patience. */
  mustStop: string;
}

export const PHRASES: Readonly<Record<Language, Phrases>> = {
  de: {
    hold: ['Einen Moment bitte.', 'Ich bin gleich so weit.', 'Einen kleinen Augenblick noch.'],
    sorry: 'Entschuldigung, da ist gerade etwas schiefgegangen. Können Sie das bitte noch einmal sagen?',
    stillHere: 'Ich bin noch da. Wie kann ich Ihnen helfen?',
    transferFailed: 'Da ist im Moment leider niemand zu erreichen. Kann ich Ihnen sonst weiterhelfen?',
    noSuchDestination: 'Dorthin kann ich Sie leider nicht verbinden. Kann ich Ihnen anders helfen?',
    goodbye: 'Vielen Dank für Ihren Anruf. Auf Wiederhören!',
    areYouThere: ['Sind Sie noch da?', 'Ich höre Sie leider nicht. Können Sie bitte etwas sagen?'],
    silentGoodbye: 'Ich höre Sie leider nicht und lege jetzt auf. Rufen Sie gern wieder an. Auf Wiederhören!',
    smsSent: 'Ich habe Ihnen gerade eine SMS geschickt.',
    smsFailed: 'Die SMS konnte ich leider nicht zustellen. Soll ich Ihnen den Inhalt vorlesen?',
    smsNeedsNumber: 'Eine SMS kann ich Ihnen nicht schicken, weil Ihre Nummer nicht übertragen wird.',
    keyPressed: 'Eine Taste brauche ich nicht. Sagen Sie mir bitte einfach, worum es geht.',
    keypad: {
      unknownKey: 'Diese Taste ist nicht belegt.',
      nothingKeyed: 'Ich habe noch nichts von Ihnen bekommen.',
      tooFewDigits: 'Das waren noch zu wenige Ziffern.',
      wrongDigits: 'Diese Eingabe stimmt leider nicht.',
      digitsOnly: 'Hier verstehe ich nur Ziffern.',
      goOn: 'Bitte weiter.',
      moreDigits: 'Ich warte noch kurz auf weitere Ziffern.',
      cancelled: 'Gut, wir lassen das. Was kann ich für Sie tun?',
      givenUp: 'Das hat leider nicht geklappt. Sagen Sie mir bitte, worum es geht.',
      entered: '[{name} eingegeben]',
    },
    goAhead: 'Ja, bitte?',
    tryingElsewhere: 'Da nimmt niemand ab. Ich versuche es an anderer Stelle.',
    notAllowed: 'Das darf ich leider nicht für Sie tun. Kann ich Ihnen anders helfen?',
    closedNow: 'Um diese Zeit ist dort leider niemand. Kann ich Ihnen anders helfen?',
    confirm: {
      transfer: 'Soll ich Sie verbinden?',
      send_sms: 'Soll ich Ihnen das als SMS schicken?',
    },
    alreadyDone: 'Das habe ich schon für Sie getan.',
    languageSwitched: 'Gern, wir sprechen Deutsch. Was kann ich für Sie tun?',
    callTooLong: 'Ich muss unser Gespräch jetzt leider beenden. Rufen Sie gern wieder an. Auf Wiederhören!',
    allBusy:
      'Im Moment sind leider alle Leitungen belegt. Bitte rufen Sie später noch einmal an. Auf Wiederhören!',
    mustStop:
      'Ich muss unser Gespräch leider unterbrechen. Bitte rufen Sie gleich noch einmal an. Auf Wiederhören!',
  },
  en: {
    hold: ['One moment, please.', 'I am almost there.', 'Just a little longer, please.'],
    sorry: 'Sorry, something went wrong just now. Could you please say that again?',
    stillHere: 'I am still here. How can I help you?',
    transferFailed: 'I am afraid nobody is available at the moment. Can I help you with anything else?',
    noSuchDestination: 'I am afraid I cannot put you through there. Can I help you in another way?',
    goodbye: 'Thank you for calling. Goodbye!',
    areYouThere: ['Are you still there?', 'I am afraid I cannot hear you. Could you please say something?'],
    silentGoodbye: 'I am afraid I cannot hear you, so I am hanging up now. Please call again. Goodbye!',
    smsSent: 'I have just sent you a text message.',
    smsFailed: 'I am afraid the text message could not be delivered. Shall I read it to you?',
    smsNeedsNumber: 'I cannot send you a text message because your number is withheld.',
    keyPressed: 'There is no need to press a key. Just tell me what this is about.',
    keypad: {
      unknownKey: 'That key has no meaning here.',
      nothingKeyed: 'I have not received anything yet.',
      tooFewDigits: 'Those were too few digits.',
      wrongDigits: 'I am afraid that entry is not correct.',
      digitsOnly: 'I only understand digits here.',
      goOn: 'Please go on.',
      moreDigits: 'I am waiting a moment for more digits.',
      cancelled: 'All right, let us leave that. What can I do for you?',
      givenUp: 'I am afraid that did not work. Please tell me what this is about.',
      entered: '[{name} entered]',
    },
    goAhead: 'Yes, please?',
    tryingElsewhere: 'There is no answer. Let me try somewhere else.',
    notAllowed: 'I am afraid I am not allowed to do that. Can I help you in another way?',
    closedNow: 'I am afraid nobody is there at this time. Can I help you in another way?',
    confirm: {
      transfer: 'Shall I put you through?',
      send_sms: 'Shall I send you that as a text message?',
    },
    alreadyDone: 'I have already done that for you.',
    languageSwitched: 'Of course, let us speak English. How can I help you?',
    callTooLong: 'I am afraid I have to end our call now. Please call again. Goodbye!',
    allBusy: 'I am afraid all our lines are busy at the moment. Please call again later. Goodbye!',
    mustStop: 'I am afraid I have to break off our call. Please call again in a moment. Goodbye!',
  },
};

/** The language of a BCP-47 tag; profiles are only allowed those that are complete. */
export function languageOf(tag: string): Language {
  return tag.startsWith('en') ? 'en' : 'de';
}
