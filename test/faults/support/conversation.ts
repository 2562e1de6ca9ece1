import { callEvent } from '../../support/call-server';
import type { Action, Line } from './lines';

/** What became of the calls of a test, all together. */
export interface Tally {
  events: number;
  /** Words that nothing came back for. */
  lost: string[];
  /** Answers and text messages that came more than once, or that belong to nobody. */
  doubled: string[];
  /** Refusals, closed sockets, broken answers. */
  faults: string[];
}

export function newTally(): Tally {
  return { events: 0, lost: [], doubled: [], faults: [] };
}

/** Nobody waits longer for an answer: it is lost. A bound against hanging, not a measure. */
const ANSWER_WITHIN_MS = 30_000;

/** One call with the echo brain: everything that is said must come back exactly once, and every message be sent once. */
export class Conversation {
  /** Answers and messages that have come, and how often. */
  private readonly heard = new Map<string, number>();
  private over = false;

  constructor(
    private readonly line: Line,
    private readonly id: string,
    private readonly tally: Tally,
  ) {}

  /** Resolves when the network has told, and over HTTP heard, so much. */
  async event(type: string, fields: Record<string, unknown> = {}): Promise<void> {
    this.tally.events += 1;
    await this.line.send(callEvent(this.id, type, fields));
    this.take();
  }

  async begin(): Promise<boolean> {
    await this.event('session_start');
    return this.until(() => this.times('Hello.') > 0);
  }

  /** Says something and waits for its echo. Over HTTP what comes late is fetched by the next event. */
  async say(words: string): Promise<void> {
    await this.event('user_speak', { text: `say ${words}` });
    await this.expect(`Echo ${words}.`);
  }

  /** Has a text message sent. */
  async message(words: string): Promise<void> {
    await this.event('user_speak', { text: `message ${words}` });
    await this.expect(`SMS Message ${words}`);
  }

  async end(): Promise<void> {
    this.over = true;
    await this.event('session_end');
    for (const [text, times] of this.heard) {
      if (times > 1 && /^(Echo|SMS) /.test(text)) this.tally.doubled.push(`${this.id}: ${text} x ${times}`);
    }
    this.tally.faults.push(...this.line.faults.map((fault) => `${this.id}: ${fault}`));
  }

  private async expect(text: string): Promise<void> {
    if (!(await this.until(() => this.times(text) > 0))) this.tally.lost.push(`${this.id}: ${text}`);
  }

  private times(text: string): number {
    return this.heard.get(text) ?? 0;
  }

  private async until(isThere: () => boolean): Promise<boolean> {
    const deadlineMs = Date.now() + ANSWER_WITHIN_MS;
    for (;;) {
      this.take();
      if (isThere()) return true;
      if (Date.now() > deadlineMs || this.line.faults.length > 0) return false;
      // On a socket it comes by itself; over HTTP it rides on the next event.
      if (this.line.kind === 'http') await this.event('assistant_speech_ended');
      else await this.line.arrival(500);
    }
  }

  private take(): void {
    for (const action of this.line.actions.splice(0)) {
      if (action.session_id !== this.id) {
        this.tally.doubled.push(`${this.id}: an action of ${String(action.session_id)}`);
      }
      if (this.over) continue;
      for (const text of textsOf(action)) this.heard.set(text, this.times(text) + 1);
    }
  }
}

/** Neighbouring sentences are joined on their way out. */
function textsOf(action: Action): string[] {
  if (action.type === 'send_sms') return [`SMS ${String(action.message)}`];
  return action.type === 'speak'
    ? (String(action.text).match(/[^.!?]+[.!?]/g) ?? []).map((text) => text.trim())
    : [];
}
