import type { TransferFailure } from '@jovo-telephony/telephony';
import type { EndedCall } from '../../src/agent/after-call/call-report';
import { PHRASES } from '../../src/agent/phrases';
import { type AgentProfile, profileSchema } from '../../src/agent/profiles/profile';
import { agentCall, texts } from '../support/agent-call';
import { PRAXIS, WORKSHOP } from '../support/profile';

const ANNOUNCE = 'Ich verbinde Sie mit der Anmeldung.';
const LADDER: AgentProfile = profileSchema.parse({
  ...PRAXIS,
  afterCall: { url: 'https://example.com' },
  destinations: {
    reception: { number: '4921163551', otherwise: ['4921163552', '4921163553'], announce: ANNOUNCE },
  },
});
const to = (destination: string) => ({ name: 'transfer_call', arguments: { destination } }) as const;
const FAILURES: TransferFailure[] = ['busy', 'no_answer', 'declined', 'invalid', 'failed'];

function transferred(profile: AgentProfile, destination = 'reception') {
  const reports: EndedCall[] = [];
  const call = agentCall([[to(destination)], ['Gern.']], {
    profile,
    reporter: { report: (ended) => reports.push(ended) },
  });
  const ends = () => {
    call.agent.ended(call.conversation);
    return reports[0]?.transfers;
  };
  return { ...call, ends };
}

test.each([
  ['de', PRAXIS, 'reception'],
  ['en', WORKSHOP, 'workshop'],
] as const)(
  '%s: caller and brain are told why a transfer came to nothing',
  async (language, profile, name) => {
    const heard = new Set<string>();
    for (const failure of FAILURES) {
      const { agent, conversation, says } = transferred(profile, name);
      await says('Please put me through');
      const said = texts(await agent.transferFailed(conversation, failure));
      const { transfer } = PHRASES[language];
      expect(said).toEqual([`${transfer[failure]} ${transfer.anythingElse}`]);
      heard.add(said.join());
      heard.add(
        conversation.messages
          .filter(({ role }) => role === 'note')
          .map((note) => JSON.stringify(note))
          .join(),
      );
    }
    expect(heard.size).toBe(2 * FAILURES.length);
  },
);

test('each number of a ladder has its own outcome; the next one is tried with the reason of the last', async () => {
  const { agent, conversation, says, ends, requests } = transferred(LADDER);
  const { transfer } = PHRASES.de;
  expect(await says('Die Anmeldung bitte')).toMatchObject([
    { text: ANNOUNCE },
    { type: 'transfer', number: '4921163551' },
  ]);
  expect(await agent.transferFailed(conversation, 'busy')).toMatchObject([
    { text: `${transfer.busy} ${transfer.elsewhere}` },
    { type: 'transfer', number: '4921163552' },
  ]);
  expect(await agent.transferFailed(conversation, 'declined')).toMatchObject([
    { text: `${transfer.declined} ${transfer.elsewhere}` },
    { type: 'transfer', number: '4921163553' },
  ]);
  expect(texts(await agent.transferFailed(conversation))).toEqual([
    `${transfer.failed} ${transfer.anythingElse}`,
  ]);
  await says('Wann haben Sie auf?');
  expect(JSON.stringify(requests.at(-1)?.messages)).toContain('nobody could be reached');
  expect(ends()).toEqual([
    { destination: 'reception', attempt: 1, outcome: 'busy' },
    { destination: 'reception', attempt: 2, outcome: 'declined' },
    { destination: 'reception', attempt: 3, outcome: 'failed' },
  ]);
});

describe('how a transfer went that did not come back', () => {
  test('answered, where the network tells', async () => {
    const { agent, conversation, says, ends } = transferred(LADDER);
    await says('Die Anmeldung bitte');
    agent.transferAnswered(conversation);
    expect(ends()).toEqual([{ destination: 'reception', attempt: 1, outcome: 'answered' }]);
  });

  test('unknown, where it does not', async () => {
    const { says, ends, clock } = transferred(LADDER);
    await says('Die Anmeldung bitte');
    await clock.pass(30_000);
    expect(ends()).toEqual([{ destination: 'reception', attempt: 1, outcome: 'unknown' }]);
  });

  test('the caller left, where the announcement was not heard to its end', async () => {
    const { says, ends } = transferred(LADDER);
    await says('Die Anmeldung bitte');
    expect(ends()).toEqual([{ destination: 'reception', attempt: 1, outcome: 'caller_left' }]);
  });

  test('none, where the caller called it off', async () => {
    const { says, interrupts, ends } = transferred(LADDER);
    await says('Die Anmeldung bitte');
    await interrupts('Nein, doch nicht, eine andere Frage!');
    expect(ends()).toEqual([]);
  });
});

describe('opening hours', () => {
  const at = (iso: string, over: Record<string, unknown>) =>
    agentCall([[to('reception')]], {
      profile: profileSchema.parse({ ...PRAXIS, ...over }),
      wallMs: () => Date.parse(iso),
    });
  const hours = { week: [{ days: 'mon-fri', from: '09:00', to: '17:00' }] };
  const reception = { number: '4921163551', announce: ANNOUNCE };

  test.each([
    ['in time', '2026-05-04T09:30:00+02:00', { policy: { hours } }, ANNOUNCE],
    [
      'too early, on the clock of the business',
      '2026-05-04T08:30:00+02:00',
      { policy: { hours } },
      PHRASES.de.closedNow,
    ],
    [
      'a destination that is always there',
      '2026-05-03T12:00:00+02:00',
      { policy: { hours }, destinations: { reception: { ...reception, hours: 'always' } } },
      ANNOUNCE,
    ],
    [
      'a destination with hours of its own',
      '2026-05-04T18:00:00+02:00',
      { destinations: { reception: { ...reception, hours } } },
      PHRASES.de.closedNow,
    ],
  ])('%s', async (_, iso, over, said) => {
    expect(texts(await at(iso, over).says('Die Anmeldung bitte'))).toEqual([said]);
  });
});
