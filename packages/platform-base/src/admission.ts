import type { Reply } from './call-state';
import type { StockPhrases } from './phrases';
import type { Turn } from './turn';
import type { Draft, Wire, WireTypes } from './wire';

/** What admission needs to know of the platform. */
export interface AdmissionRules<T extends WireTypes> {
  wire: Wire<T>;
  strict: boolean;
  phrases: StockPhrases;
  warn(warning: string): void;
}

/** Why nothing may be said for this turn any more, or undefined. */
export function refusal<T extends WireTypes>(
  { call, event, signal }: Turn<T>,
  wire: Wire<T>,
): string | undefined {
  if (wire.rule(event.type).acceptsNoAction) return `${event.type} takes no action`;
  if (call.closed) return 'the call was hung up or transferred';
  if (call.ended) return 'the call is over';
  if (call.maySpeak(signal) === 'never') return 'the caller has gone on speaking';
  return undefined;
}

/** Checks, completes and joins what the app wants to happen. What it returns satisfies the wire, or is not in it. */
export function admit<T extends WireTypes>(
  drafts: readonly Draft[],
  turn: Turn<T>,
  rules: AdmissionRules<T>,
): Reply<T> {
  const reply: Reply<T> = { actions: [], afterSpeech: [] };
  if (drafts.length === 0) return reply;
  const { wire } = rules;
  const refused = refusal(turn, wire);
  if (refused) {
    rules.warn(`${drafts.length} output(s) dropped: ${refused}`);
    return reply;
  }
  let faulty = false;
  for (const { action: raw, afterSpeech } of drafts) {
    const { action, faults, waitsByItself } = wire.write(raw, turn.call);
    for (const fault of faults) report(`${String(raw.type)}: ${fault}`, rules);
    if (action) (afterSpeech && !waitsByItself ? reply.afterSpeech : reply.actions).push(action);
    else faulty ||= faults.length > 0 && !wire.isUnheard(raw);
  }
  const nothingLeft = reply.actions.length === 0 && reply.afterSpeech.length === 0;
  // Where nobody waits for an answer, an apology would answer itself: its own end is the next event.
  if (faulty && nothingLeft && wire.rule(turn.event.type).awaitsAnswer) {
    reply.actions.push(...apology(turn, rules));
  }
  reply.actions = join(wire, reply.actions);
  if (turn.call.maySpeak(turn.signal) === 'now') return reply;
  turn.call.holdBack(reply);
  return { actions: [], afterSpeech: [] };
}

/** Neighbours joined, where the wire knows how. */
export function join<T extends WireTypes>(wire: Wire<T>, actions: readonly T['action'][]): T['action'][] {
  return wire.join ? wire.join(actions) : [...actions];
}

/** A spoken sentence for when everything else has failed; nothing where there is nothing to be said. */
export function apology<T extends WireTypes>(turn: Turn<T>, rules: AdmissionRules<T>): T['action'][] {
  return speak(rules.phrases.sorry(languageOf(turn, rules)), turn, rules);
}

/** Hold phrase number `attempt` of one wait. */
export function holdPhrase<T extends WireTypes>(
  attempt: number,
  turn: Turn<T>,
  rules: AdmissionRules<T>,
): T['action'][] {
  return speak(rules.phrases.hold(languageOf(turn, rules), attempt), turn, rules);
}

/** Stock phrases may be switched off by a blank text. */
function speak<T extends WireTypes>(text: string, turn: Turn<T>, { wire }: AdmissionRules<T>): T['action'][] {
  const { action } = wire.write(wire.say(text), turn.call);
  return action ? [action] : [];
}

function languageOf<T extends WireTypes>({ call }: Turn<T>, { wire }: AdmissionRules<T>): string | undefined {
  return call.state.language ?? wire.language;
}

function report<T extends WireTypes>(fault: string, { strict, warn, wire }: AdmissionRules<T>): void {
  if (strict) throw new Error(`Action for ${wire.network} not sent as given. ${fault}`);
  warn(fault);
}
