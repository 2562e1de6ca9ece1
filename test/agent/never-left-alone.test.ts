import fc from 'fast-check';
import { offlineBrain } from '../../src/agent/brains/offline';
import { agentCall } from '../support/agent-call';
import { PRAXIS, WORKSHOP } from '../support/profile';

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);

const WORDS = {
  de: [
    'Wann haben Sie geöffnet?',
    'Verkaufen Sie Reifen?',
    'die Anmeldung bitte',
    'Verbinden Sie mich mit Hans',
    'ja',
  ],
  en: ['When are you open?', 'Do you sell tyres?', 'the workshop please', 'Put me through to Hans', 'yes'],
};
const EITHER = [
  'hm',
  'mhm',
  'äh',
  'um',
  'stop',
  'okay',
  'nein',
  'no',
  'Moment',
  'wait',
  'danke',
  '',
  '...',
  '5',
];

type Deed =
  | { do: 'says' | 'interrupts'; text: string }
  | { do: 'is silent' }
  | { do: 'presses'; key: string };

const deed = (language: 'de' | 'en'): fc.Arbitrary<Deed> => {
  const text = fc.constantFrom(...WORDS[language], ...EITHER);
  return fc.oneof(
    fc.record({ do: fc.constant('says' as const), text }),
    fc.record({ do: fc.constant('interrupts' as const), text }),
    fc.constant({ do: 'is silent' as const }),
    fc.record({ do: fc.constant('presses' as const), key: fc.constantFrom('1', '#') }),
  );
};

test.each([
  ['de', PRAXIS],
  ['en', WORKSHOP],
] as const)(
  '%s: whatever a caller does, something follows, until the call is over',
  async (language, profile) => {
    process.stdout.write(`never left alone, ${language}: seed ${SEED}\n`);
    await fc.assert(
      fc.asyncProperty(fc.array(deed(language), { maxLength: 12 }), async (deeds) => {
        const call = agentCall(offlineBrain(), { profile });
        await call.isGreeted();
        for (const each of deeds) {
          const announced = call.conversation.closing !== undefined;
          const actions =
            each.do === 'presses'
              ? await call.presses(each.key)
              : each.do === 'is silent'
                ? await call.isSilent()
                : await (each.do === 'says' ? call.says(each.text) : call.interrupts(each.text));
          expect(call.failures).toEqual([]);
          // What was announced comes by itself: neither silence nor a key is in its way.
          if (announced && (each.do === 'is silent' || each.do === 'presses')) expect(actions).toEqual([]);
          else expect(actions.length).toBeGreaterThan(0);
          if (actions.some((action) => action.type === 'hang_up' && action.after === undefined)) return;
          if (actions.some((action) => action.type === 'transfer' && action.after === undefined)) return;
        }
      }),
      { seed: SEED, numRuns: 500 },
    );
  },
);
