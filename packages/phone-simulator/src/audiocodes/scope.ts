/** Which value of a parameter holds now: configuration, session, activity; the most specific wins (spec 5.1). */
import { PARAMETERS } from './parameters';
import type { Parameters } from './wire';

/** Parameters of one call. */
export class Scope {
  readonly #configured: Parameters;
  #session: Parameters = {};
  #activity: Parameters = {};

  /** @param configured what the administrator has set */
  constructor(configured: Parameters) {
    this.#configured = configured;
  }

  /** Values for the rest of the conversation, or until changed. */
  setSession(params: Parameters | undefined): void {
    this.#session = { ...this.#session, ...params };
  }

  /** A textual or audio activity begins: what the one before said of itself is over. */
  beginActivity(params: Parameters | undefined): void {
    this.#activity = { ...params };
  }

  /** An event that makes no sound: its values join those of the activity that holds. */
  addToActivity(params: Parameters | undefined): void {
    this.#activity = { ...this.#activity, ...params };
  }

  /** The value that holds now; `own` are the `activityParams` of an activity that is not playing yet. */
  get<T>(name: string, own: Parameters = this.#activity): T | undefined {
    for (const level of [own, this.#session, this.#configured]) {
      if (level[name] !== undefined && level[name] !== null) return level[name] as T;
    }
    return PARAMETERS[name]?.fallback as T | undefined;
  }

  number(name: string, own?: Parameters): number {
    return this.get<number>(name, own) ?? 0;
  }

  flag(name: string, own?: Parameters): boolean {
    return this.get<boolean>(name, own) === true;
  }

  /** Whether the bot asked for an event by `sendEventsToBot` (spec 3.0). */
  wants(event: string): boolean {
    return (this.get<string[]>('sendEventsToBot') ?? []).some(
      (each) => each.toLowerCase() === event.toLowerCase(),
    );
  }
}
