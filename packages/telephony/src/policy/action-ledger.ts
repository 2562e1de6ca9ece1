import { actionContent, type RiskyAction, type RiskyActionType } from './risky-action';

/**
 * How often the same action may happen in one call: `call` once; `turn` again in a later turn, as soon as the brain
 * has been told how it went before.
 */
export type LedgerScope = 'turn' | 'call';

export interface LedgerOptions {
  scopes?: Partial<Record<RiskyActionType, LedgerScope>>;
  /** More runs than this in one call are refused: forgetting one of them would allow it again. Default 200. */
  maxRunsPerCall?: number;
}

/** A transfer that failed may be tried again when the caller asks again; a message is not sent twice. */
export const DEFAULT_SCOPES: Readonly<Record<RiskyActionType, LedgerScope>> = {
  transfer: 'turn',
  send_sms: 'call',
  dial: 'call',
  record: 'call',
};

const DEFAULT_MAX_RUNS_PER_CALL = 200;

const KNOWN_BY_NUMBER: ReadonlySet<RiskyActionType> = new Set(['transfer', 'dial']);

/** One action in one turn of one call. `turnId` names the caller's input: an event that comes twice has the same. */
export interface ActionAttempt {
  callId: string;
  turnId: string;
  action: RiskyAction;
  /** E.164 from the policy's verdict: one number under two names is one destination. */
  number?: string;
}

/** Names one run, for {@link ActionLedger.commit}. */
export type RunId = string;

/** How an action went; what that is belongs to whoever ran it. Must survive JSON. */
export interface ActionOutcome {
  ok: boolean;
  detail?: string;
}

export type Claim =
  /** It is yours to run, now, once. */
  | { granted: true; runId: RunId }
  /**
   * It runs, or another transfer does, and nobody knows yet how it goes. Also after a crash: better never than twice.
   */
  | { granted: false; reason: 'in_flight'; runId: RunId }
  /** It has been done: this is how it went. */
  | { granted: false; reason: 'done'; runId: RunId; outcome: ActionOutcome }
  | { granted: false; reason: 'ledger_full' };

/** One run as it is stored. */
export interface LedgerRun {
  runId: RunId;
  turnId: string;
  type: RiskyActionType;
  content: string;
  outcome?: ActionOutcome;
  /** The latest turn whose brain had the outcome in front of it. */
  shownIn?: string;
  /** The brain knows the outcome, because such a turn ended normally. */
  told?: boolean;
}

/** Plain data, by call id. Holds destinations and message texts. */
export type LedgerState = Record<string, LedgerRun[]>;

/**
 * At most once: whoever wants to run a risky action claims it first, and runs it only if the claim is granted. Claiming
 * is one synchronous step, so two who ask at the same time cannot both be told yes.
 *
 * What protects against a second run in the same call is not the turn alone. The model that was interrupted begins a
 * new turn and asks for the same action again, because it never saw the result; so a run protects until a turn that
 * saw its outcome has ended normally ({@link turnStarted}, {@link turnEnded}). And a call can be handed over to one place at a
 * time: a transfer waits for the outcome of the one before.
 */
export class ActionLedger {
  readonly #scopes: Readonly<Partial<Record<RiskyActionType, LedgerScope>>>;
  readonly #maxRunsPerCall: number;
  readonly #calls: Map<string, LedgerRun[]>;

  constructor(options: LedgerOptions = {}, state: LedgerState = {}) {
    this.#scopes = options.scopes ?? {};
    this.#maxRunsPerCall = options.maxRunsPerCall ?? DEFAULT_MAX_RUNS_PER_CALL;
    this.#calls = new Map(Object.entries(structuredClone(state)));
  }

  /** Before the action leaves. */
  claim({ callId, turnId, action, number }: ActionAttempt): Claim {
    const { type } = action;
    const content =
      KNOWN_BY_NUMBER.has(type) && number !== undefined ? `${type} ${number}` : actionContent(action);
    const runs = this.#calls.get(callId) ?? [];
    const same = runs.filter((run) => run.content === content);
    const earlier =
      same.find((run) => run.turnId === turnId) ??
      same.find((run) => this.#protects(run)) ??
      runs.find((run) => type === 'transfer' && run.type === type && run.outcome === undefined);
    if (earlier !== undefined) return claimed(earlier, turnId);
    if (runs.length >= this.#maxRunsPerCall) return { granted: false, reason: 'ledger_full' };
    const runId = JSON.stringify([callId, runs.length]);
    this.#calls.set(callId, [...runs, { runId, turnId, type, content }]);
    return { granted: true, runId };
  }

  /**
   * How a run went; also when its turn is long dead. The first word counts. Returns false for a run that is unknown or
   * already committed.
   */
  commit(runId: RunId, outcome: ActionOutcome): boolean {
    for (const runs of this.#calls.values()) {
      const run = runs.find((each) => each.runId === runId);
      if (run === undefined) continue;
      if (run.outcome !== undefined) return false;
      run.outcome = { ...outcome };
      return true;
    }
    return false;
  }

  /** A turn begins. Returns what the brain must be shown: how earlier runs went, and which are still in flight. */
  turnStarted(callId: string, turnId: string): readonly LedgerRun[] {
    for (const run of this.#calls.get(callId) ?? []) {
      if (run.outcome !== undefined) run.shownIn = turnId;
    }
    return this.runs(callId);
  }

  /** A turn ended normally: its history holds the outcomes that it saw. Never call it for a turn that was aborted. */
  turnEnded(callId: string, turnId: string): void {
    for (const run of this.#calls.get(callId) ?? []) {
      const seen = run.shownIn === turnId || run.turnId === turnId;
      if (run.outcome !== undefined && seen) run.told = true;
    }
  }

  /** The call is over and no event of it will be read any more. */
  forget(callId: string): void {
    this.#calls.delete(callId);
  }

  /** Runs of a call, oldest first; those without an outcome are in flight. */
  runs(callId: string): readonly LedgerRun[] {
    return structuredClone(this.#calls.get(callId) ?? []);
  }

  /** For a store; the constructor takes it back. */
  toJSON(): LedgerState {
    return Object.fromEntries([...this.#calls].map(([callId, runs]) => [callId, structuredClone(runs)]));
  }

  #protects(run: LedgerRun): boolean {
    return (this.#scopes[run.type] ?? DEFAULT_SCOPES[run.type]) === 'call' || run.told !== true;
  }
}

/** The answer to a repeated claim. It shows the outcome to the turn that asked. */
const claimed = (run: LedgerRun, turnId: string): Claim => {
  const { runId, outcome } = run;
  if (outcome === undefined) return { granted: false, reason: 'in_flight', runId };
  run.shownIn = turnId;
  return { granted: false, reason: 'done', runId, outcome: { ...outcome } };
};
