import type { Budgets } from './policy';
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

/** Of a run whose process has died: it may have happened or not. */
export const UNKNOWN_OUTCOME: ActionOutcome = { ok: false, detail: 'unknown' };

/** A transfer that failed may be tried again when the caller asks again; a message is not sent twice. */
export const DEFAULT_SCOPES: Readonly<Record<RiskyActionType, LedgerScope>> = {
  transfer: 'turn',
  send_sms: 'call',
  dial: 'call',
  record: 'call',
};

const DEFAULT_MAX_RUNS_PER_CALL = 200;

const KNOWN_BY_NUMBER: ReadonlySet<RiskyActionType> = new Set(['transfer', 'dial']);

/** One action in one turn of a call. `turnId` names the caller's input: an event that comes twice has the same. */
export interface ActionAttempt {
  turnId: string;
  action: RiskyAction;
  /** E.164 from the policy's verdict: one number under two names is one destination. */
  number?: string;
  /** Budgets that hold even if several calls ask at the same time. */
  limits?: Budgets;
}

/** Names one run, for {@link ActionLedger.commit}. Unique in its call. */
export type RunId = string;

/** How an action went; what that is belongs to whoever ran it. Must survive JSON. */
export interface ActionOutcome {
  ok: boolean;
  detail?: string;
}

/** Why a run could not be written down. */
export type NotAdded =
  /** Somebody else works on the call by now. */
  | { reason: 'stale' }
  /** It cannot be written down now, so it must not be done. */
  | { reason: 'down' }
  /** A budget is used up. */
  | { reason: 'exhausted'; budget: keyof Budgets };

export type Claim =
  /** It is yours to run, now, once. */
  | { granted: true; runId: RunId }
  /**
   * It runs, or another transfer does, and nobody knows yet how it goes. Also after a crash: better never than twice.
   */
  | { granted: false; reason: 'in_flight'; runId: RunId }
  /** It has been done: this is how it went. */
  | { granted: false; reason: 'done'; runId: RunId; outcome: ActionOutcome }
  | { granted: false; reason: 'ledger_full' }
  | ({ granted: false } & NotAdded);

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
  /** It was claimed and then, for certain, not done: as if it had never been claimed. */
  withdrawn?: boolean;
}

/** The runs of one call, as a journal keeps them. Plain data; holds destinations and message texts. */
export interface RunRecord {
  /** Oldest first; those without an outcome are in flight. */
  readonly runs: readonly LedgerRun[];
  /**
   * Writes down one more run, durably and atomically: of two that add to the same runs at the same time, one is told
   * `stale`. It counts towards the budgets with it, or is not added.
   */
  add(run: LedgerRun, limits?: Budgets): Promise<'added' | NotAdded>;
  /** The same runs with outcomes; durable with the turn. */
  update(runs: readonly LedgerRun[]): void;
}

/** Runs in memory, gone with the process. */
export class MemoryRuns implements RunRecord {
  runs: readonly LedgerRun[] = [];

  async add(run: LedgerRun, _limits?: Budgets): Promise<'added' | NotAdded> {
    this.runs = [...this.runs, run];
    return 'added';
  }

  update(runs: readonly LedgerRun[]): void {
    this.runs = runs;
  }
}

/**
 * At most once: whoever wants to run a risky action claims it first, and runs it only if the claim is granted. What is
 * granted has been written down before, so neither two who ask at the same time nor one who asks again after a crash
 * are both told yes.
 *
 * What protects against a second run in the same call is not the turn alone. The model that was interrupted begins a
 * new turn and asks for the same action again, because it never saw the result; so a run protects until a turn that
 * saw its outcome has ended normally ({@link turnStarted}, {@link turnEnded}). And a call can be handed over to one place at a
 * time: a transfer waits for the outcome of the one before.
 */
export class ActionLedger {
  readonly #scopes: Readonly<Partial<Record<RiskyActionType, LedgerScope>>>;
  readonly #maxRunsPerCall: number;

  constructor(options: LedgerOptions = {}) {
    this.#scopes = options.scopes ?? {};
    this.#maxRunsPerCall = options.maxRunsPerCall ?? DEFAULT_MAX_RUNS_PER_CALL;
  }

  /** Before the action leaves. */
  async claim(record: RunRecord, { turnId, action, number, limits }: ActionAttempt): Promise<Claim> {
    const { type } = action;
    const content =
      KNOWN_BY_NUMBER.has(type) && number !== undefined ? `${type} ${number}` : actionContent(action);
    const runs = record.runs.filter(({ withdrawn }) => !withdrawn);
    const same = runs.filter((run) => run.content === content);
    const earlier =
      same.find((run) => run.turnId === turnId) ??
      same.find((run) => this.#protects(run)) ??
      runs.find((run) => type === 'transfer' && run.type === type && run.outcome === undefined);
    if (earlier !== undefined) return claimed(record, earlier, turnId);
    if (record.runs.length >= this.#maxRunsPerCall) return { granted: false, reason: 'ledger_full' };
    const runId = String(record.runs.length);
    const added = await record.add({ runId, turnId, type, content }, limits);
    return added === 'added' ? { granted: true, runId } : { granted: false, ...added };
  }

  /**
   * How a run went; also when its turn is long dead. The first word counts. Returns false for a run that is unknown or
   * already committed.
   */
  commit(record: RunRecord, runId: RunId, outcome: ActionOutcome): boolean {
    const run = record.runs.find((each) => each.runId === runId);
    if (run === undefined || run.outcome !== undefined || run.withdrawn) return false;
    change(record, run, { outcome: { ...outcome } });
    return true;
  }

  /** A run that was granted, and then did not leave. Only for whoever was granted it, and knows. */
  withdraw(record: RunRecord, runId: RunId): void {
    const run = record.runs.find((each) => each.runId === runId);
    const isOpen = run?.outcome === undefined || run.outcome.detail === UNKNOWN_OUTCOME.detail;
    if (run !== undefined && isOpen) change(record, run, { outcome: undefined, withdrawn: true });
  }

  /** A turn begins: how earlier runs went is in front of its brain. */
  turnStarted(record: RunRecord, turnId: string): void {
    const shown = (run: LedgerRun) => (run.outcome === undefined ? run : { ...run, shownIn: turnId });
    if (record.runs.some(({ outcome }) => outcome !== undefined)) record.update(record.runs.map(shown));
  }

  /** A turn ended normally: its history holds the outcomes that it saw. Never call it for a turn that was aborted. */
  turnEnded(record: RunRecord, turnId: string): void {
    const seen = ({ outcome, shownIn, turnId: own }: LedgerRun) =>
      outcome !== undefined && (shownIn === turnId || own === turnId);
    const told = (run: LedgerRun) => (seen(run) ? { ...run, told: true } : run);
    if (record.runs.some((run) => seen(run) && !run.told)) record.update(record.runs.map(told));
  }

  #protects(run: LedgerRun): boolean {
    return (this.#scopes[run.type] ?? DEFAULT_SCOPES[run.type]) === 'call' || run.told !== true;
  }
}

function change(record: RunRecord, run: LedgerRun, to: Partial<LedgerRun>): void {
  record.update(record.runs.map((each) => (each === run ? { ...run, ...to } : each)));
}

/** The answer to a repeated claim. It shows the outcome to the turn that asked. */
const claimed = (record: RunRecord, run: LedgerRun, turnId: string): Claim => {
  const { runId, outcome } = run;
  if (outcome === undefined) return { granted: false, reason: 'in_flight', runId };
  change(record, run, { shownIn: turnId });
  return { granted: false, reason: 'done', runId, outcome: { ...outcome } };
};
