import type { FullLanguage } from '../brain';

/** Everything the offline brain says by itself, in one language. `{topics}` is filled in. */
export interface OfflinePhrases {
  greeting: string;
  /** After thanks; also what "no" is an answer to, see {@link ASKED_FOR_MORE}. */
  thanks: string;
  goodbye: string;
  wait: string;
  unclear: string;
  ask: string;
  identity: string;
  /** "Are you still there?" */
  presence: string;
  /** "Is that the bike shop?" `{name}` is that of the profile. */
  rightPlace: string;
  /** Said to "no", where it is not a goodbye. */
  no: string;
  helpTopics: string;
  helpNothing: string;
  /** Before what is said again. */
  again: string;
  nothingToRepeat: string;
  sms: string;
  nothingToSend: string;
  /** There is nobody to connect to. */
  nobody: string;
  /** Somebody was named who is no destination. The offer follows. */
  noSuchDesk: string;
  /** Ways to say "I do not know", used in turn. All different, none a part of another. */
  unknown: readonly string[];
  offer: string;
  /** Instead of an offer, if nobody can be connected and there are topics. */
  topicsInstead: string;
  or: string;
  /** The caller asks for a language that this agent does not speak. `{languages}` are those that it does. */
  languages: { only: string; and: string; names: Readonly<Record<FullLanguage, string>> };
}

const GERMAN: OfflinePhrases = {
  greeting: 'Guten Tag. Was kann ich für Sie tun?',
  thanks: 'Sehr gern. Kann ich sonst noch etwas für Sie tun?',
  goodbye: 'Vielen Dank für Ihren Anruf. Auf Wiederhören.',
  wait: 'Natürlich, ich warte.',
  unclear: 'Das habe ich leider nicht verstanden. Bitte sagen Sie es noch einmal.',
  ask: 'Gern. Was möchten Sie wissen?',
  identity: 'Sie sprechen mit einer digitalen Assistenz, nicht mit einem Menschen. Was kann ich für Sie tun?',
  presence: 'Ja, ich bin noch da. Was kann ich für Sie tun?',
  rightPlace: 'Ja, hier ist {name}. Was kann ich für Sie tun?',
  no: 'In Ordnung. Kann ich sonst noch etwas für Sie tun?',
  helpTopics: 'Ich beantworte zum Beispiel diese Fragen: {topics}',
  helpNothing: 'Ich nehme Ihren Anruf entgegen.',
  again: 'Gern noch einmal:',
  nothingToRepeat: 'Ich habe noch nichts gesagt. Was kann ich für Sie tun?',
  sms: 'Gern, ich schicke Ihnen das als Kurznachricht.',
  nothingToSend: 'Im Moment habe ich nichts, was ich Ihnen schicken könnte. Was möchten Sie wissen?',
  nobody: 'Ich kann Sie leider nicht verbinden. Ich beantworte Ihre Fragen aber gern selbst.',
  noSuchDesk: 'Dorthin kann ich leider nicht direkt verbinden.',
  unknown: [
    'Das weiß ich leider nicht.',
    'Dazu habe ich leider keine Auskunft.',
    'Da kann ich Ihnen leider nicht weiterhelfen.',
    'Darauf habe ich leider keine Antwort.',
  ],
  offer: 'Soll ich Sie mit jemandem aus dem Team verbinden?',
  topicsInstead: 'Fragen können Sie mich zum Beispiel: {topics}',
  or: 'Oder sagen Sie, dass Sie mit einem Menschen sprechen möchten.',
  languages: {
    only: 'Ich spreche leider nur {languages}. Was kann ich für Sie tun?',
    and: 'und',
    names: { de: 'Deutsch', en: 'Englisch' },
  },
};

const ENGLISH: OfflinePhrases = {
  greeting: 'Hello. What can I do for you?',
  thanks: "You're welcome. Is there anything else I can do for you?",
  goodbye: 'Thank you for calling. Goodbye.',
  wait: 'Of course, take your time.',
  unclear: "I'm sorry, I didn't understand that. Please say it again.",
  ask: 'Certainly. What would you like to know?',
  identity: 'You are speaking with a digital assistant, not with a person. What can I do for you?',
  presence: 'Yes, I am still here. What can I do for you?',
  rightPlace: 'Yes, this is {name}. What can I do for you?',
  no: 'All right. Is there anything else I can do for you?',
  helpTopics: 'I can answer questions like these: {topics}',
  helpNothing: 'I am here to take your call.',
  again: 'Certainly, once more:',
  nothingToRepeat: "I haven't said anything yet. What can I do for you?",
  sms: "Certainly, I'll send you that as a text message.",
  nothingToSend: "I don't have anything to send you yet. What would you like to know?",
  nobody: "I'm afraid I can't connect you to anyone. But I'm happy to answer your questions myself.",
  noSuchDesk: "I'm afraid I can't connect you there directly.",
  unknown: [
    "I'm sorry, I don't know that.",
    "I'm afraid I have no information about that.",
    "Unfortunately I can't help you with that one.",
    "That's something I can't answer, sorry.",
  ],
  offer: 'Shall I put you through to someone from the team?',
  topicsInstead: 'You can ask me, for example: {topics}',
  or: 'Or say that you would like to speak to a person.',
  languages: {
    only: "I'm afraid I only speak {languages}. What can I do for you?",
    and: 'and',
    names: { de: 'German', en: 'English' },
  },
};

export const OFFLINE_PHRASES: Readonly<Record<FullLanguage, OfflinePhrases>> = { de: GERMAN, en: ENGLISH };

/** How an offer to transfer is recognised in what the caller heard, even if it was interrupted. */
export const OFFERED: Readonly<Record<FullLanguage, RegExp>> = {
  de: /\b(soll|darf|kann) ich sie\b.*(verbinden\?|$)|\bmöchten sie .*verbunden werden\?/i,
  en: /\b(shall|should|may|can) i (put|connect|transfer)\b|\bwould you like (me )?to (be )?(put|connect|transfer)/i,
};

/** How the offer to read out a text message that could not be delivered is recognised. */
export const OFFERED_TO_READ: Readonly<Record<FullLanguage, RegExp>> = {
  de: /den inhalt vorlesen\?$/i,
  en: /shall i read it to you\?$/i,
};

/** How "anything else?" is recognised: a "no" to it ends the call. */
export const ASKED_FOR_MORE: Readonly<Record<FullLanguage, RegExp>> = {
  de: /sonst noch etwas|noch etwas für sie tun/i,
  en: /anything else/i,
};
