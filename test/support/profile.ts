import { type AgentProfile, profileSchema } from '../../src/agent/profiles/profile';

/** A small German practice, and the same in English: enough for tests that are not about the profile. */
export const PRAXIS: AgentProfile = profileSchema.parse({
  name: 'Praxis Dr. Sommer',
  default: true,
  numbers: ['4921163550'],
  language: 'de-DE',
  voice: { provider: 'azure', voice: 'de-DE-KatjaNeural' },
  greeting: 'Praxis Doktor Sommer, guten Tag. Was kann ich für Sie tun?',
  instructions: 'Du bist die Sprechstundenhilfe.',
  faq: [
    {
      ask: ['Wann haben Sie geöffnet?'],
      answer: 'Wir sind montags bis freitags von acht bis siebzehn Uhr da.',
    },
  ],
  destinations: {
    reception: {
      number: '4921163551',
      announce: 'Ich verbinde Sie mit der Anmeldung.',
      aliases: ['Anmeldung'],
    },
  },
});

export const WORKSHOP: AgentProfile = profileSchema.parse({
  name: 'Northgate Cycles',
  numbers: ['442079460123'],
  language: 'en-GB',
  voice: { provider: 'azure', voice: 'en-GB-SoniaNeural' },
  greeting: 'Northgate Cycles, good morning. How can I help?',
  instructions: 'You answer the phone of a bicycle workshop.',
  faq: [{ ask: ['When are you open?'], answer: 'We are open from nine to six, Monday to Saturday.' }],
  destinations: {
    workshop: { number: '442079460124', announce: 'I am putting you through to the workshop.' },
  },
});
