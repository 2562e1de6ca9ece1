import {
  KeyCollector,
  type KeyEntrySettings,
  type KeyMenuEvent,
  type KeyMenuState,
  type KeyMenuStep,
  type KeyOutcome,
  type KeySnapshot,
  MENU_START,
  nextMenuStep,
  spokenDigits,
} from '@jovo-telephony/telephony';
import type { Language } from './brain';
import type { Phrases } from './phrases';
import { type Collect, keyMenuOf, keyOptionsOf, type Menu } from './profiles/menu-schema';

/** What a call knows of its keypad. Plain data; holds the digits of an entry, even of a PIN, until it has ended. */
export interface KeypadState {
  /** Present while the menu waits for a choice. Keys choose later, too; silence then is plain silence. */
  menu?: KeyMenuState;
  entry?: KeyEntry;
  /** An entry ended at its last digit: the key that callers press behind it out of habit means nothing. */
  habit?: string;
}

/** Digits that are being collected. */
interface KeyEntry {
  /** The key of the menu that asks for them. */
  key: string;
  collector: KeySnapshot;
  failures: number;
  /** Whether a key came since the network's timer was set: it then says nothing about the last key. */
  keyedSince: boolean;
}

export type KeypadEvent =
  /** `speaking`: the caller is being spoken to. */
  | { type: 'key'; key: string; speaking: boolean }
  /** A whole entry that the network has collected, without the key that ended it. */
  | { type: 'entry'; keys: string }
  | { type: 'spoken'; text: string }
  /** `USER_INPUT_TIMEOUT` */
  | { type: 'silence' };

export type KeypadStep =
  /** Not the keypad's business. */
  | { do: 'pass' }
  | { do: 'nothing' }
  | { do: 'say'; text: string; chosen?: string; inputTimeoutMs?: number; keys?: KeyEntrySettings }
  | { do: 'ask'; text: string }
  | { do: 'transfer'; destination: string; chosen: string }
  | { do: 'switch'; language: Language; chosen: string };

export interface KeypadContext {
  menu: Menu;
  phrases: Phrases;
  language: Language;
}

interface Next {
  state: KeypadState;
  step: KeypadStep;
}

/** Typing goes on for this long per digit before we ask whether more will come. */
const KEY_MS = 250;
const MAX_TYPING_MS = 5_000;

const PASS = { do: 'pass' } as const;
const NOTHING = { do: 'nothing' } as const;

/** The menu waits for a choice from the moment on that it is said. */
export const KEYPAD_START: KeypadState = { menu: MENU_START };

/**
 * What follows from a key, from words, or from silence, in a call whose profile has a menu. Pure.
 *
 * Time is the network's, and the poorest tells one key per event and has one timer: silence, once, after speech that
 * asked for it; a key neither ends nor restarts it. A timer of our own could not speak over a webhook, and a handler that waits would keep the next key waiting behind it in the queue of the call. So the
 * collector's clock stands still between events, and every prompt sets the network's timer:
 * - it runs out and no key came since it was set: the collector's own timer has run out as well, the entry ends;
 * - it runs out and keys came meanwhile: nobody knows how long ago the last one was, and the network is not going to
 *   tell again. A short sentence sets the timer anew, and only the next one ends the entry;
 * - the first key cuts the prompt off, and its timer with it: a short word says that we listen, and sets it again.
 * Entries of a fixed length or with a terminator, which is nearly all, end at once and need none of this.
 */
export function nextOnKeypad(context: KeypadContext, state: KeypadState, event: KeypadEvent): Next {
  if (event.type === 'spoken' && !state.menu && !state.entry) return { state, step: PASS };
  const { habit, ...now } = state;
  if (event.type === 'key' && !now.entry && event.key === habit) return { state: now, step: NOTHING };
  const { entry } = now;
  // The key that ends an entry, out of habit, after one that has ended by its length.
  if (event.type === 'entry' && !entry && event.keys === '') return { state: now, step: NOTHING };
  // A profile that was read anew may have lost the question.
  const collect = entry && context.menu.keys[entry.key]?.collect;
  if (entry && collect) return nextOfEntry(context, { entry, collect }, event);
  return nextOfMenu(context, { menu: now.menu }, event);
}

function nextOfMenu(
  { menu, phrases, language }: KeypadContext,
  state: KeypadState,
  event: KeypadEvent,
): Next {
  const open = state.menu !== undefined;
  if (event.type === 'silence' && !open) return { state, step: PASS };
  if (event.type === 'spoken' && !(open && names(menu, event.text, language))) {
    return { state: {}, step: PASS };
  }
  // Whoever has left the menu may still choose; any other key is then told at once that there is no need for keys.
  const at = state.menu ?? { ...MENU_START, failures: menu.maxTries - 1 };
  const step = nextMenuStep(keyMenuOf(menu), at, menuEvent(event, language));
  switch (step.step) {
    case 'chosen':
      return chosen(menu, step.choice);
    case 'repeat':
      return {
        state: { menu: step.state },
        step: { do: 'say', text: `${before(step, phrases)}${menu.prompt}` },
      };
    case 'given_up':
      return { state: {}, step: event.type === 'silence' ? PASS : { do: 'say', text: phrases.keyPressed } };
  }
}

/** To a menu, several keys at once are one that it does not know. */
function menuEvent(event: KeypadEvent, language: Language): KeyMenuEvent {
  if (event.type === 'entry') return { type: 'key', key: event.keys };
  return event.type === 'spoken' ? { ...event, language } : event;
}

/** Whether words are nothing but a key of the menu: "die eins bitte". */
function names({ keys, repeatKey }: Menu, text: string, language: Language): boolean {
  const key = spokenDigits(text, language);
  return key !== undefined && (Object.hasOwn(keys, key) || key === repeatKey);
}

function before(step: Extract<KeyMenuStep, { step: 'repeat' }>, { keypad }: Phrases): string {
  if (step.reason === 'asked') return '';
  return `${step.reason === 'silence' ? keypad.nothingKeyed : keypad.unknownKey} `;
}

function chosen({ keys }: Menu, key: string): Next {
  const { say, transfer, ask, language, collect } = keys[key] ?? {};
  if (collect) return asked(key, collect, 0);
  if (language) return { state: {}, step: { do: 'switch', language, chosen: key } };
  if (transfer !== undefined)
    return { state: {}, step: { do: 'transfer', destination: transfer, chosen: key } };
  if (ask !== undefined) return { state: {}, step: { do: 'ask', text: ask } };
  return { state: {}, step: { do: 'say', text: say ?? '', chosen: key } };
}

/** The question for digits, for the first time or again. */
function asked(key: string, collect: Collect, failures: number, reason?: string): Next {
  const options = keyOptionsOf(collect);
  const collector = new KeyCollector(options, 0).snapshot();
  const text = reason === undefined ? collect.prompt : `${reason} ${collect.prompt}`;
  const inputTimeoutMs = options.firstDigitTimeoutMs;
  return {
    state: { entry: { key, collector, failures, keyedSince: false } },
    step: { do: 'say', text, inputTimeoutMs, keys: entrySettings(collect) },
  };
}

/** What a network has to know that collects entries itself. A key that gives one up comes as a part of it. */
function entrySettings({ maxDigits, nextKeySeconds, terminator }: Collect): KeyEntrySettings {
  return { maxDigits, interDigitTimeoutMs: nextKeySeconds * 1000, terminator };
}

interface Asked {
  entry: KeyEntry;
  collect: Collect;
}

function nextOfEntry(context: KeypadContext, asked: Asked, event: KeypadEvent): Next {
  const { entry, collect } = asked;
  const collector = new KeyCollector(keyOptionsOf(collect), 0, entry.collector);
  const goesOn = (keyedSince: boolean, step: KeypadStep): Next => ({
    state: { entry: { ...entry, collector: collector.snapshot(), keyedSince } },
    step,
  });
  const { moreDigits, goOn, digitsOnly } = context.phrases.keypad;
  const nextKeyMs = collect.nextKeySeconds * 1000;
  const waitsForMore = { do: 'say', text: moreDigits, inputTimeoutMs: nextKeyMs } as const;
  switch (event.type) {
    case 'key': {
      const outcome = collector.press(event.key, 0);
      if (outcome.state !== 'collecting') return ended(context, asked, outcome, event.key);
      const cutsOff = event.speaking && entry.collector.digits === '' && !outcome.digits.isEmpty;
      // Later keys do not: whoever types fast must not be told with every key to go on.
      if (!cutsOff) return goesOn(!outcome.digits.isEmpty, NOTHING);
      const typingMs = Math.min(MAX_TYPING_MS, collect.maxDigits * KEY_MS);
      return goesOn(false, { do: 'say', text: goOn, inputTimeoutMs: nextKeyMs + typingMs });
    }
    case 'entry': {
      let outcome = collector.outcome;
      for (const key of event.keys) outcome = collector.press(key, 0);
      // It has ended: by its last key, or because no further one came.
      if (outcome.state === 'collecting') outcome = collector.elapse(collector.dueAtMs ?? 0);
      const byLength = event.keys.length >= collect.maxDigits;
      return ended(context, asked, outcome, byLength ? event.keys.at(-1) : undefined);
    }
    case 'spoken': {
      if (spokenDigits(event.text, context.language) === undefined) {
        // Words around a PIN may hold it: they reach nobody.
        return collect.masked ? again(context, asked, digitsOnly) : goesOn(false, PASS);
      }
      const outcome = collector.spoken(event.text, 0, context.language);
      return outcome.state === 'collecting'
        ? goesOn(false, waitsForMore)
        : ended(context, asked, outcome, undefined);
    }
    case 'silence':
      if (entry.keyedSince) return goesOn(false, waitsForMore);
      return ended(context, asked, collector.elapse(collector.dueAtMs ?? 0), undefined);
  }
}

function ended(context: KeypadContext, asked: Asked, outcome: KeyOutcome, lastKey: string | undefined): Next {
  const { collect } = asked;
  const { keypad } = context.phrases;
  switch (outcome.state) {
    case 'done': {
      const endedAtLength = lastKey !== undefined && lastKey !== collect.terminator;
      const text = collect.masked
        ? keypad.entered.replace('{name}', () => collect.name)
        : `[${collect.name}: ${outcome.value.reveal()}]`;
      return { state: endedAtLength ? { habit: collect.terminator } : {}, step: { do: 'ask', text } };
    }
    case 'cancelled':
      return { state: {}, step: { do: 'say', text: keypad.cancelled } };
    case 'timeout':
      return again(context, asked, outcome.phase === 'first' ? keypad.nothingKeyed : keypad.tooFewDigits);
    case 'invalid':
      return again(context, asked, outcome.reason === 'too_short' ? keypad.tooFewDigits : keypad.wrongDigits);
    case 'collecting':
      return { state: { entry: asked.entry }, step: NOTHING };
  }
}

/** Asked once more, or no more. */
function again({ phrases }: KeypadContext, { entry, collect }: Asked, reason: string): Next {
  const failures = entry.failures + 1;
  if (failures < collect.maxTries) return asked(entry.key, collect, failures, reason);
  return { state: {}, step: { do: 'say', text: phrases.keypad.givenUp } };
}
