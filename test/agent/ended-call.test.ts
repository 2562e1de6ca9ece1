import type { CallAction } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import type { EndedCall } from '../../src/agent/after-call/call-report';
import { noteJudged } from '../../src/agent/after-call/ended-call';
import { Agent } from '../../src/agent/agent';
import { type AgentProfile, profileSchema } from '../../src/agent/profiles/profile';
import { Profiles } from '../../src/agent/profiles/profiles';
import { PRAXIS } from '../support/profile';
import { ScriptedBrain, type Step } from '../support/scripted-brain';

const TIMING = {
  fillerAfterMs: 900,
  holdAfterMs: 1_500,
  maxSilenceMs: 2_200,
  answerWithinMs: 6_000,
  finishWithinMs: 1_000,
  inputTimeoutMs: 8_000,
};
const HANG_UP = { name: 'hang_up', arguments: {} } as const;
const RECEPTION = { name: 'transfer_call', arguments: { destination: 'reception' } } as const;
const live = () => ({ signal: new AbortController().signal, push: true });

/** A call whose report is kept. `afterCall` and other keys are put over the practice. */
function call(replies: Step[][], over: Record<string, unknown> = {}, direction?: 'outbound') {
  const clock = new VirtualClock();
  const reports: EndedCall[] = [];
  const afterCall = { url: 'https://example.com' };
  const profile: AgentProfile = profileSchema.parse({ ...PRAXIS, afterCall, ...over });
  const agent = new Agent({
    profiles: new Profiles(new Map([['praxis', profile]]), profile),
    brain: new ScriptedBrain(clock, replies),
    clock,
    timing: TIMING,
    wallMs: () => 1_000_000 + clock.nowMs(),
    reporter: { report: (ended) => reports.push(ended) },
  });
  const conversation = agent.begin('c', {
    network: 'sipgate',
    direction,
    from: direction ? '4921163550' : '4915790000001',
    to: direction ? '4915790000001' : '4921163550',
  });
  const says = async (text: string) => {
    const actions: CallAction[] = [];
    const turn = (async () => {
      for await (const action of agent.heard(conversation, text, live())) actions.push(action);
    })();
    for (let ms = 0; ms < 3_000; ms += 100) await clock.pass(100);
    await turn;
    return actions;
  };
  const ends = () => {
    agent.ended(conversation);
    return reports[0];
  };
  return { agent, clock, conversation, says, ends, reports };
}

describe('how a call came to its end', () => {
  test('it became too long', async () => {
    const { clock, says, ends } = call([['Ja.']], { silence: { maxCallMinutes: 1 } });
    await clock.pass(61_000);
    await says('Sind Sie noch da?');
    expect(ends()).toMatchObject({ outcome: 'limit_reached', startedAtMs: 1_000_000, endedAtMs: 1_064_000 });
  });

  test('silence, unless the caller then speaks and the brain ends the call', async () => {
    const { agent, conversation, says, ends } = call([['Ja, ich bin da.'], [HANG_UP]]);
    for (let silences = 0; silences < 3; silences += 1) await agent.silent(conversation);
    expect(conversation.closingReason).toBe('silence');
    await says('Moment, ich habe noch eine Frage.');
    await says('Das war alles.');
    expect(ends()?.outcome).toBe('agent_hung_up');
  });

  test('a transfer that came back is none', async () => {
    const { agent, conversation, says, ends } = call([[RECEPTION]]);
    await says('Zur Anmeldung bitte.');
    await agent.transferFailed(conversation);
    expect(ends()).toMatchObject({ outcome: 'caller_hung_up', actions: [{ verdict: 'allowed' }] });
  });

  test('a caller who agrees to be transferred at once was transferred', async () => {
    const { agent, conversation, says, ends } = call([[RECEPTION]]);
    await says('Zur Anmeldung bitte.');
    for await (const _ of agent.interrupted(conversation, 'Ja', live()));
    expect(ends()?.outcome).toBe('transferred');
  });

  test('an answer after an apology mends it', async () => {
    const { says, ends } = call([[new Error('down')], ['Von acht bis siebzehn Uhr.']]);
    await says('Wann haben Sie auf?');
    await says('Wann haben Sie auf?');
    expect(ends()?.outcome).toBe('caller_hung_up');
  });
});

describe('what is kept for the report', () => {
  test('a refusal with its reason, and no number before it is asked for', async () => {
    const policy = { confirm: ['transfer'] };
    const { conversation, says, ends } = call([[RECEPTION]], { policy });
    await says('Zur Anmeldung bitte.');
    await says('Ja');
    expect(ends()?.actions).toEqual([
      { type: 'transfer', verdict: 'refused', reason: 'not_confirmed' },
      { type: 'transfer', verdict: 'allowed', reason: expect.any(String) },
    ]);
    expect(JSON.stringify(conversation.judged)).not.toContain('21163551');
  });

  test('on an outbound call we are the ones who call', () => {
    expect(call([], {}, 'outbound').ends()).toMatchObject({
      direction: 'outbound',
      from: '+4921163550',
      to: '+4915790000001',
    });
  });

  test('nothing, where the profile wants no report', async () => {
    const { conversation, says, ends } = call([[RECEPTION]], { afterCall: undefined });
    await says('Zur Anmeldung bitte.');
    expect(ends()).toBeUndefined();
    expect(conversation.judged).toBeUndefined();
  });

  test('a hundred actions at most', () => {
    const { conversation } = call([]);
    const judged = { type: 'send_sms', verdict: 'refused' } as const;
    for (let asked = 0; asked < 101; asked += 1) noteJudged(conversation, judged, false);
    expect(conversation.judged).toHaveLength(100);
  });
});
