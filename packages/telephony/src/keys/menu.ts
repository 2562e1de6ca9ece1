import { spokenDigits } from './spoken-digits';

/** "For the workshop press 1": a menu as a profile declares it. */
export interface KeyMenu {
  /** Key -> name of the choice. */
  choices: Readonly<Record<string, string>>;
  /** Reads the menu out again. */
  repeatKey?: string;
  /** How often the menu is read out before we give up: the first time and after every wrong key or silence. */
  maxTries: number;
  /** How often a caller may ask for it again without that counting as a failure. 5 unless told. */
  maxRepeats?: number;
}

/** Where in the menu a call is. Plain data. */
export interface KeyMenuState {
  /** Wrong keys and silences so far. */
  failures: number;
  /** Times the caller asked to hear it again. */
  repeats: number;
}

export type KeyMenuEvent =
  | { type: 'key'; key: string }
  /** What was said instead of a key; counts if it is one digit ("die eins bitte"). Other words are for the brain. */
  | { type: 'spoken'; text: string; language?: string }
  | { type: 'silence' };

/** Why the menu is read out again, or given up. */
export type KeyMenuReason = 'asked' | 'unknown_key' | 'not_a_key' | 'silence';

export type KeyMenuStep =
  | { step: 'chosen'; choice: string }
  | { step: 'repeat'; reason: KeyMenuReason; state: KeyMenuState }
  | { step: 'given_up'; reason: KeyMenuReason };

export const MENU_START: KeyMenuState = { failures: 0, repeats: 0 };

const KEY = /^[0-9*#]$/;
const DEFAULT_MAX_REPEATS = 5;

/** What follows from one event: a choice, the menu again, or the end of it. Pure. */
export function nextMenuStep(menu: KeyMenu, state: KeyMenuState, event: KeyMenuEvent): KeyMenuStep {
  const key = keyOf(event);
  const choice = key !== undefined && Object.hasOwn(menu.choices, key) ? menu.choices[key] : undefined;
  if (choice !== undefined) return { step: 'chosen', choice };
  if (
    key !== undefined &&
    key === menu.repeatKey &&
    state.repeats < (menu.maxRepeats ?? DEFAULT_MAX_REPEATS)
  ) {
    return { step: 'repeat', reason: 'asked', state: { ...state, repeats: state.repeats + 1 } };
  }
  const reason = event.type === 'silence' ? 'silence' : key === undefined ? 'not_a_key' : 'unknown_key';
  const failures = state.failures + 1;
  if (failures < menu.maxTries) return { step: 'repeat', reason, state: { ...state, failures } };
  return { step: 'given_up', reason };
}

const keyOf = (event: KeyMenuEvent): string | undefined => {
  if (event.type === 'silence') return undefined;
  const key = event.type === 'key' ? event.key : spokenDigits(event.text, event.language);
  return key !== undefined && KEY.test(key) ? key : undefined;
};

/** What is wrong with a declared menu, one sentence each; empty when nothing is. */
export function menuProblems(menu: KeyMenu): string[] {
  const keys = Object.keys(menu.choices);
  const problems = keys
    .filter((key) => !KEY.test(key))
    .map((key) => `"${key}" is not one key: use 0-9, * or #.`);
  if (keys.length === 0) problems.push('A menu needs at least one choice.');
  for (const key of keys.filter((each) => menu.choices[each] === '')) {
    problems.push(`The choice of key ${key} has no name.`);
  }
  const { repeatKey } = menu;
  if (repeatKey !== undefined && !KEY.test(repeatKey))
    problems.push(`"${repeatKey}" cannot be the repeat key.`);
  if (repeatKey !== undefined && keys.includes(repeatKey))
    problems.push(`Key ${repeatKey} has two meanings.`);
  if (!Number.isInteger(menu.maxTries) || menu.maxTries < 1) problems.push('maxTries must be 1 or more.');
  return problems;
}
