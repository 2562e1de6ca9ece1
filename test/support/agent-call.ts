import type { CallAction } from '@jovo-telephony/telephony';
import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { Agent, type AgentOptions, type AgentTiming, type Parties } from '../../src/agent/agent';
import type { Brain } from '../../src/agent/brain';
import type { AgentProfile } from '../../src/agent/profiles/profile';
import { Profiles } from '../../src/agent/profiles/profiles';
import { PRAXIS } from './profile';
import { ScriptedBrain, type Step } from './scripted-brain';

export const TIMING: AgentTiming = {
  fillerAfterMs: 900,
  holdAfterMs: 1_500,
  maxSilenceMs: 2_200,
  answerWithinMs: 6_000,
  finishWithinMs: 1_000,
  inputTimeoutMs: 8_000,
};

export interface AgentCallOptions extends Partial<Omit<AgentOptions, 'profiles' | 'brain' | 'clock'>> {
  profile?: AgentProfile;
  parties?: Parties;
}

/** A call to an agent in virtual time: what the caller does, and what follows. */
export function agentCall(brain: Brain | Step[][], options: AgentCallOptions = {}) {
  const { profile = PRAXIS, parties, ...further } = options;
  const clock = new VirtualClock();
  const answering = Array.isArray(brain) ? new ScriptedBrain(clock, brain) : brain;
  const failures: unknown[] = [];
  const agent = new Agent({
    profiles: new Profiles(new Map([['profile', profile]]), profile),
    brain: answering,
    clock,
    timing: TIMING,
    wallMs: () => 1_000_000 + clock.nowMs(),
    onFailure: (error) => failures.push(error),
    ...further,
  });
  const who: Parties = { network: 'sipgate', from: '4915790000001', to: profile.numbers[0], ...parties };
  const conversation = agent.begin('c', who);
  const delivery = (signal = new AbortController().signal) => ({ signal, push: true });
  /** Runs a turn to its end while time passes. */
  const play = async (turn: AsyncIterable<CallAction>, forMs = 8_000) => {
    const actions: CallAction[] = [];
    let over = false;
    const running = (async () => {
      for await (const action of turn) actions.push(action);
      over = true;
    })();
    for (let ms = 0; ms < forMs && !over; ms += 100) await clock.pass(100);
    await running;
    return actions;
  };
  return {
    agent,
    clock,
    conversation,
    failures,
    parties: who,
    requests: answering instanceof ScriptedBrain ? answering.requests : [],
    isGreeted: () => play(agent.greet(conversation, who, delivery())),
    says: (text: string) => play(agent.heard(conversation, text, delivery())),
    interrupts: (text: string) => play(agent.interrupted(conversation, text, delivery())),
    presses: (key: string) => play(agent.keyPressed(conversation, key, delivery())),
    isSilent: () => play(agent.inputTimedOut(conversation, delivery())),
  };
}

/** What is said, of a list of actions. */
export function texts(actions: readonly CallAction[]): string[] {
  return actions.flatMap((action) => (action.type === 'speak' && 'text' in action ? [action.text] : []));
}
