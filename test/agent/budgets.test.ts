import type { Budgets } from '@jovo-telephony/telephony';
import { PHRASES } from '../../src/agent/phrases';
import { profileSchema } from '../../src/agent/profiles/profile';
import { agentCall, texts } from '../support/agent-call';
import { PRAXIS } from '../support/profile';

const SCOPES: (keyof Budgets)[] = ['call', 'caller', 'profile', 'day'];
const TRANSFER = { name: 'transfer_call', arguments: { destination: 'reception' } } as const;
const LANGUAGES = Object.keys(PHRASES) as (keyof typeof PHRASES)[];

/** A call in which transfers may happen so often, by one scope. */
function limited(scope: keyof Budgets, limit: number) {
  const profile = profileSchema.parse({ ...PRAXIS, policy: { budgets: { transfer: { [scope]: limit } } } });
  const verdicts: string[] = [];
  const call = agentCall([[TRANSFER]], { profile, onVerdict: ({ reason }) => verdicts.push(reason) });
  return { ...call, verdicts };
}

describe.each(SCOPES)('a budget per %s', (scope) => {
  test.each(LANGUAGES)('%s: once it is used up the caller is told that, and why', async (language) => {
    const { agent, conversation, says, verdicts } = limited(scope, 1);
    conversation.language = language;
    const [, transfer] = await says('Die Anmeldung bitte');
    expect(transfer).toMatchObject({ type: 'transfer' });
    await agent.transferFailed(conversation, 'busy');
    const refused = await says('Noch einmal die Anmeldung bitte');
    expect(refused.map(({ type }) => type)).toEqual(['speak']);
    expect(texts(refused)).toEqual([PHRASES[language].usedUp[scope]]);
    expect(verdicts).toEqual(['allowed', `budget_${scope}`]);
  });

  test('of nothing was never there to be used up', async () => {
    expect(texts(await limited(scope, 0).says('Die Anmeldung bitte'))).toEqual([PHRASES.de.notAllowed]);
  });
});
