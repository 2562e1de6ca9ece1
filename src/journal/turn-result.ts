import type { KeptCall } from '@jovo-telephony/platform-base';
import type { SessionItem } from './call-file';
import { type Facts, pageOf } from './entries';
import type { JournalHold } from './hold';
import type { CallFacts, TurnResult } from './store';

/** What a session tells of its call, as soon as it does. */
export type Describe = (session: SessionItem) => CallDescription | undefined;

export interface CallDescription {
  facts: CallFacts;
  /** Whether numbers are taken out of what is kept. */
  redacted: boolean;
  /** Noted once, at the start and at the end. `words` are sealed. */
  started: { facts: Facts; words: unknown };
  ended(): Facts;
}

/**
 * Everything that the end of a turn, or a point in it, has to write but the claims. What is given is live, so it is made
 * at once. `writer`: the name of the write.
 */
export function turnResult(
  hold: JournalHold,
  kept: KeptCall,
  describe: Describe | undefined,
): TurnResult & { writer: string } {
  const { file } = hold;
  file.description ??= file.session && describe?.(file.session);
  const { description } = file;
  hold.entries.unshift(...file.passed);
  file.passed = [];
  let about: CallFacts | undefined;
  if (description && !file.isDescribed) {
    about = description.facts;
    file.isDescribed = true;
    hold.entries.unshift({ kind: 'call_started', atMs: about.startedAtMs, ...description.started });
  }
  // What is not kept when the call is over is not written in the first place: to go on, the state is enough.
  const keepsWords = description?.facts.keep === 'everything';
  const change = keepsWords ? file.newMessages() : undefined;
  if (change) hold.note({ kind: 'messages', facts: { from: change.from }, words: change.messages });
  if (kept.ended && description) hold.note({ kind: 'call_ended', facts: description.ended() });
  const words = keepsWords ? { seal: file.sealText, redacted: description.redacted } : undefined;
  const page = pageOf(hold.entries, words);
  hold.entries = [];
  return { page, ...file.stateOf(kept), about, ended: kept.ended };
}
