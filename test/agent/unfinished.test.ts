import { isUnfinished } from '../../src/agent/unfinished';

describe('a caller who pauses in the middle is waited for', () => {
  test.each([
    'Ich hätte gerne einen Termin am',
    'Ich rufe an weil',
    'Also ich möchte',
    'Guten Tag, ich hätte gern',
    'Mein Name ist',
    'Morgen früh, und',
    'Ja also ähm',
    'Ich wollte fragen, ...',
  ])('de: %s', (text) => expect(isUnfinished(text, 'de')).toBe(true));

  test.each(['I would like', 'I am calling because', 'Could you tell me if', 'my number is', 'well, um'])(
    'en: %s',
    (text) => expect(isUnfinished(text, 'en')).toBe(true),
  );
});

describe('a finished sentence is answered at once, with or without punctuation', () => {
  test.each([
    'Wo finde ich Sie',
    'Wann machen Sie auf',
    'Was kostet das',
    'Rufen Sie mich bitte an',
    'Haben Sie morgen auf?',
    'ja',
    'Und',
    '',
    'Danke sehr',
  ])('de: %s', (text) => expect(isUnfinished(text, 'de')).toBe(false));

  test.each(['Where is that', 'What is it about', 'When are you open', 'yes', 'and', 'How much is it?'])(
    'en: %s',
    (text) => expect(isUnfinished(text, 'en')).toBe(false),
  );
});

test('a very long word costs no more than a short one', () => {
  const long = `Meine Nummer ist ${'a'.repeat(200_000)}1`;
  const sinceMs = performance.now();
  expect(isUnfinished(long, 'de')).toBe(false);
  // Read whole it would take many minutes.
  expect(performance.now() - sinceMs).toBeLessThan(1_000);
  expect(isUnfinished(`${'a'.repeat(200_000)} und`, 'de')).toBe(true);
});
