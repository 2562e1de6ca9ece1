import {
  type CallKeeper,
  type CallRef,
  type KeptCall,
  type NotedEvent,
  TAKEN_AWAY,
  type TakeRequest,
} from '@jovo-telephony/platform-base';
import { type Clock, type Observe, pause } from '@jovo-telephony/telephony';
import { attempt, inBackground, lastly, then } from './answers';
import { askStandings } from './ask-standings';
import { Backlog } from './backlog';
import { CallFile, type Claims, type SessionItem } from './call-file';
import { pageOf } from './entries';
import { type ClaimAnswer, type HoldWorld, JournalHold } from './hold';
import { newHolder } from './holder';
import { LeaseWatch } from './lease-watch';
import { isRefusal } from './refusal';
import type { Sealable, Sealing } from './sealing';
import type { Answer, Begun, Counter, JournalStore, Lease, Standing } from './store';
import { StoreLine } from './store-line';
import { type Describe, turnResult } from './turn-result';

export interface JournalOptions {
  store: JournalStore;
  sealing: Sealing;
  clock: Clock;
  /** Milliseconds since 1970. */
  epochMs(): number;
  /** What a session tells of its call, as soon as it does. */
  describe?: Describe;
  /** Told when the store goes down, and when it is back; and of what was lost or found changed. No caller data. */
  warn?(warning: string): void;
  /** Told how long the store takes, and whether it is there. */
  observe?: Observe;
  /** Names this process; for tests of two in one. */
  holder?: string;
}

type BegunCall = Extract<Begun, { result: 'begun' }>;

/** A lease holds for so long unless it is renewed: a process that was killed blocks its calls no longer than this. */
export const LEASE_MS = 1_800;

/** How long a turn waits for the store. Together with a filler's delay it must not become an unexplained silence. */
const BEGIN_MS = 1_000;
const COMMIT_MS = 400;
const CLAIM_MS = 1_000;
const ASK_MS = 200;
const PROBE_EVERY_MS = 1_000;

const AWAY = 'the store of the journal is away: calls go on from memory';
const BACK = 'the store of the journal is back';

/** How often a call that is busy is asked for again. */
const POLL_FIRST_MS = 20;
const POLL_MS = 80;

/** A call of which nobody has spoken for so long is over, whatever the network says. */
export const SILENT_MS = 4 * 3_600_000;
const SWEEP_EVERY_MS = 60_000;
const SETTLE_LOOK_MS = 20;

/**
 * The journal as the platforms see it: where calls are kept between their events, whichever process works on them. When
 * the store fails, calls go on from memory, nothing risky is granted, and what happened is written when it is back.
 */
export class Journal implements CallKeeper {
  /** Keeps lodash's deep clone from copying it for every event. */
  readonly [Symbol.toStringTag] = 'ByReference';
  readonly line: StoreLine;
  private readonly holder: string;
  private readonly files = new Map<string, CallFile>();
  private readonly holds = new Map<string, JournalHold>();
  /** Calls for which an interruption has come, until they are taken; `true`: somebody else works on them. */
  private readonly announced = new Map<string, boolean>();
  private readonly watch: LeaseWatch;
  private readonly world: HoldWorld;
  private readonly backlog: Backlog;
  private sweptAtMs = 0;
  /** Writes of turns that are on their way. */
  private saving = 0;
  private closed = false;

  constructor(readonly options: JournalOptions) {
    const { clock, store, warn, observe, epochMs } = options;
    this.world = { epochMs, note: this.note, save: this.save, claim: this.claim };
    this.holder = options.holder ?? newHolder();
    const told = (up: boolean) => {
      warn?.(up ? BACK : AWAY);
      observe?.({ type: 'journal_health', degraded: !up });
      if (!up) this.probe();
    };
    const onAnswer =
      observe &&
      ((operation: string, durationMs: number) => observe({ type: 'journal_used', operation, durationMs }));
    this.line = new StoreLine({ clock, onChange: told, onAnswer });
    this.watch = new LeaseWatch({ clock, store, line: this.line, leaseMs: LEASE_MS });
    this.backlog = new Backlog({
      clock,
      store,
      line: this.line,
      holder: this.holder,
      leaseMs: LEASE_MS,
      warn,
      onEnded: ({ id }) => {
        if (!this.holds.has(id)) this.files.delete(id);
      },
    });
  }

  interrupt(ref: CallRef): void {
    const id = this.options.sealing.idOf(ref);
    if (this.announced.get(id)) this.announce(id);
    else this.announced.set(id, false);
  }

  take(ref: CallRef, request: TakeRequest): Answer<JournalHold> {
    const file = this.openFile(this.options.sealing.idOf(ref));
    const taken = (begun?: BegunCall) => this.taken(file, begun, request.event);
    const waitedFor = (begun?: BegunCall) => {
      const hold = taken(begun);
      if (request.signal.aborted) this.letGo(hold);
      return hold;
    };
    try {
      const begun = this.begin(file, request);
      if (begun instanceof Promise) return begun.then(waitedFor, () => waitedFor());
      return taken(begun);
    } catch {
      return taken();
    }
  }

  /** How calls stand, in whichever process. What this one still has of those that are over is forgotten. */
  async standings(refs: readonly CallRef[]): Promise<readonly (Standing | undefined)[]> {
    const ids = refs.map((ref) => this.options.sealing.idOf(ref));
    const standings = await askStandings(ids, { store: this.options.store, line: this.line });
    for (const [index, id] of ids.entries()) {
      const forgotten = standings[index] === 'ended' && !this.holds.has(id);
      if (forgotten && !this.files.get(id)?.unsaved) this.files.delete(id);
    }
    // What is not written yet is newer than what the store says.
    return ids.map((id, index) => (this.files.get(id)?.unsaved ? undefined : standings[index]));
  }

  /** The hold on a call of this process, or what there is of it. */
  holdOf(ref: CallRef): JournalHold | undefined {
    return this.holds.get(this.options.sealing.idOf(ref));
  }

  /** What this process knows of a call. */
  fileOf(ref: CallRef): CallFile | undefined {
    return this.files.get(this.options.sealing.idOf(ref));
  }

  /** What Jovo has kept of the session. The session of a call that is over is no more. */
  sessionOf(ref: CallRef): SessionItem | undefined {
    return this.files.get(this.options.sealing.idOf(ref))?.session;
  }

  keepSession(ref: CallRef, session: SessionItem): void {
    this.openFile(this.options.sealing.idOf(ref)).session = session;
  }

  /** Whether this caller has reached this profile before. No, if that cannot be known now. */
  async hasCalled(callerNumber: string, profile: string, ref: CallRef): Promise<boolean> {
    const { store, sealing } = this.options;
    if (!this.line.isUp) return false;
    const keys = sealing.callerKeys(callerNumber);
    const ask = () =>
      Promise.all(keys.map((key) => store.hasCalled(key, profile, this.options.sealing.idOf(ref))));
    try {
      return (await this.line.ask('has_called', ASK_MS, ask)).includes(true);
    } catch {
      return false;
    }
  }

  /** How often each was counted; undefined if that cannot be known now. */
  async counts(counters: readonly Counter[]): Promise<number[] | undefined> {
    if (!this.line.isUp) return undefined;
    try {
      return await this.line.ask('counts', ASK_MS, () => this.options.store.counts(counters));
    } catch {
      return undefined;
    }
  }

  callerKey(number: string): string {
    return this.options.sealing.callerKey(number);
  }

  /** Writes that wait for the store, in calls. */
  get behind(): number {
    return this.backlog.size;
  }

  /**
   * Waits until everything is written, but no longer than that; says whether it is. For hosts that stop the process
   * between two events.
   */
  async settled(withinMs: number): Promise<boolean> {
    const { clock } = this.options;
    const untilMs = clock.nowMs() + withinMs;
    while ((this.saving > 0 || this.backlog.size > 0) && clock.nowMs() < untilMs) {
      await pause(clock, SETTLE_LOOK_MS);
    }
    return this.saving === 0 && this.backlog.size === 0;
  }

  /** Deletes what is due, and ends calls that have fallen silent. */
  purge(): Promise<number> {
    return this.options.store.purge(this.options.epochMs(), SILENT_MS);
  }

  /** Writes what is still to be written, for as long as that makes sense, and closes the store. */
  async close(withinMs = 5_000): Promise<void> {
    this.closed = true;
    this.watch.close();
    await this.backlog.drain(withinMs);
    await Promise.all([...this.files.values()].map(({ writing }) => writing));
    await this.options.store.close();
  }

  /** Undefined, or thrown, where the store cannot be asked or nobody waits any more. */
  private begin(file: CallFile, request: TakeRequest): Answer<BegunCall | undefined> {
    if (!this.line.isUp) return undefined;
    const { isNear } = this.options.store;
    const event = isNear ? undefined : request.event && file.textOf(request.event);
    const wait = () => this.waitFor(file, request, event);
    const { unsaved } = file;
    if (unsaved)
      return then(
        this.line.ask('replay', BEGIN_MS, () => this.backlog.flush(file)),
        wait,
      );
    return then(this.beginOnce(file, event), (begun) => (begun.result === 'begun' ? begun : wait()));
  }

  private beginOnce(file: CallFile, event: Sealable | undefined, force = false): Answer<Begun> {
    const asked = { holder: this.holder, leaseMs: LEASE_MS, event, knownVersion: file.version, force };
    const begin = () => this.options.store.begin(file.id, asked);
    return this.line.ask('begin', BEGIN_MS, () => file.write(begin));
  }

  /** Another process works on the call: asks for it again and again, and in the end takes it. */
  private async waitFor(
    file: CallFile,
    { withinMs, signal }: TakeRequest,
    event: Sealable | undefined,
  ): Promise<BegunCall | undefined> {
    const { clock } = this.options;
    const untilMs = clock.nowMs() + withinMs;
    for (let pollMs = POLL_FIRST_MS; !signal.aborted; pollMs = POLL_MS) {
      const begun = await this.beginOnce(file, event, clock.nowMs() >= untilMs);
      if (begun.result === 'begun') return begun;
      if (this.announced.get(file.id) === false) {
        this.announced.set(file.id, true);
        this.announce(file.id);
      }
      const waitMs = Math.min(pollMs, Math.max(1, untilMs - clock.nowMs()));
      await pause(clock, waitMs);
    }
    return undefined;
  }

  private taken(file: CallFile, begun: BegunCall | undefined, event: NotedEvent | undefined): JournalHold {
    this.announced.delete(file.id);
    const hold = this.openOrNot(file, begun, event);
    if (hold.degraded) hold.note({ kind: 'degraded' });
    if (event) hold.novelty = hold.began(event);
    this.holds.set(file.id, hold);
    if (event && this.options.store.isNear) this.noteSoon(hold, event);
    return hold;
  }

  /** Notes what a turn was begun for before it answers, or when it takes its time. Others write all of it at once. */
  private noteSoon(hold: JournalHold, event: NotedEvent): void {
    hold.unnoted = event;
    // Behind what is written right behind an answer.
    setImmediate(() => setImmediate(() => hold.beforeAnswer()));
  }

  /** Asks something simple now and then until the store is back. */
  private readonly probe = (): void => {
    const { store, clock } = this.options;
    clock.after(PROBE_EVERY_MS, () => {
      if (this.closed || this.line.isUp) return;
      inBackground(() => this.line.ask('probe', PROBE_EVERY_MS, () => store.probe()));
      this.probe();
    });
  };

  private announce(id: string): void {
    this.options.store.interrupt(id).catch(() => {});
  }

  /** What cannot be read is as good as a store that is away: nothing risky, and nothing is written over. */
  private openOrNot(
    file: CallFile,
    begun: BegunCall | undefined,
    event: NotedEvent | undefined,
  ): JournalHold {
    try {
      return this.open(file, begun, event);
    } catch {
      this.options.warn?.('a call was sealed with a key that is not in JOURNAL_KEY: it goes on from memory');
      file.version = undefined;
      return this.open(file, undefined, event);
    }
  }

  private open(file: CallFile, begun: BegunCall | undefined, event: NotedEvent | undefined): JournalHold {
    file.usedAtMs = this.options.clock.nowMs();
    const hold = new JournalHold(file, begun?.lease, begun?.interrupts ?? 0, this.world);
    if (!begun) return hold;
    hold.kept = file.takeOver(begun);
    hold.missed = file.missed(begun.unfinished, event);
    this.watch.add(hold);
    return hold;
  }

  /** Nobody has waited for it. */
  private letGo(hold: JournalHold): void {
    hold.unnoted = undefined;
    this.closeHold(hold);
    if (hold.lease) this.options.store.look([hold.lease], 0).catch(() => {});
  }

  private readonly note = (file: CallFile, lease: Lease, event: NotedEvent): void => {
    const text = file.textOf(event);
    inBackground(() => file.write(() => this.options.store.note(lease, text)));
  };

  /** Ends a turn that has done nothing without a result, if it may be: its event is noted, and would be handled again. */
  private pass(hold: JournalHold, kept: KeptCall): boolean {
    const { file, lease } = hold;
    if (!hold.hasPassed || !lease || kept.ended || !file.mayPass) return false;
    const { unnoted } = hold;
    const event = unnoted && (() => file.textOf(unnoted));
    if (!this.options.store.pass?.(lease, event)) return false;
    hold.unnoted = undefined;
    file.pass(kept, hold.entries);
    this.closeHold(hold);
    return true;
  }

  private readonly save = (hold: JournalHold, kept: KeptCall, goesOn: boolean): Answer<void> => {
    const { file, lease } = hold;
    if (!goesOn && this.line.isUp && this.pass(hold, kept)) return;
    hold.unnoted = undefined;
    if (!goesOn) this.closeHold(hold);
    const made = turnResult(hold, kept, this.options.describe);
    const claimsNow = file.takeClaims();
    if (!lease) return this.backlog.add(file, { ...made, claims: claimsNow() });
    const write = (): Answer<void> => {
      const done = { ...made, claims: claimsNow() };
      // A write of the same turn that failed has to come first: both go the other way.
      if (file.unsaved) return this.backlog.add(file, done);
      // Known only now: a write of this turn may still have been under way.
      const base = lease.version;
      const failed = (error: unknown) => {
        if (isRefusal(error)) this.backlog.giveUp(file, done, lease);
        else this.backlog.add(file, { ...done, base });
        throw error;
      };
      const written = (held: boolean) => {
        if (!held) return this.overtaken(hold);
        file.version = base + 1;
        if (goesOn) lease.version = base + 1;
        else if (kept.ended) this.files.delete(file.id);
      };
      const { writer: _, ...result } = done;
      const turn = goesOn ? { ...result, leaseMs: LEASE_MS } : result;
      return attempt(() => this.options.store.commit(lease, turn), written, failed);
    };
    return inBackground(() =>
      this.line.ask('commit', COMMIT_MS, () => this.counted(() => file.write(write))),
    );
  };

  /** A write that `settled` waits for, also when nobody else does any more. */
  private counted(write: () => Answer<void>): Answer<void> {
    this.saving += 1;
    const over = () => {
      this.saving -= 1;
    };
    return lastly(write, over);
  }

  private closeHold(hold: JournalHold): void {
    this.watch.remove(hold);
    if (this.holds.get(hold.file.id) === hold) this.holds.delete(hold.file.id);
    this.sweep();
  }

  private overtaken(hold: JournalHold): void {
    hold.file.forget();
    hold.interrupt(TAKEN_AWAY);
    const page = pageOf([{ kind: 'overtaken', atMs: this.options.epochMs() }]);
    if (page) inBackground(() => hold.file.write(() => this.options.store.append(hold.file.id, [page])));
  }

  private readonly claim = async (
    { file, lease }: JournalHold,
    claims: Claims,
    counters: readonly Counter[],
  ): Promise<ClaimAnswer> => {
    if (!lease || !this.line.isUp) return 'down';
    const { store } = this.options;
    const { claims: before } = file;
    const request = { claims: file.sealClaims(claims), expectedCount: file.claimCount, counters };
    const write = async () => {
      const answer = await store.claim(lease, request);
      // In this very step: the next write says how the claims stand.
      if (answer === 'granted') file.granted(before, claims);
      return answer;
    };
    const asked = Promise.resolve(file.write(write));
    try {
      return await this.line.ask('claim', CLAIM_MS, () => asked);
    } catch {
      asked.then(
        (answer) => answer === 'granted' && notTaken(file, before),
        () => {},
      );
      return 'down';
    }
  };

  private openFile(id: string): CallFile {
    const known = this.files.get(id);
    if (known) return known;
    const file = new CallFile(id, this.holder, this.options.sealing);
    file.usedAtMs = this.options.clock.nowMs();
    this.files.set(id, file);
    return file;
  }

  /** Forgets calls that have ended elsewhere, or nowhere. */
  private sweep(): void {
    const nowMs = this.options.clock.nowMs();
    if (nowMs - this.sweptAtMs < SWEEP_EVERY_MS) return;
    this.sweptAtMs = nowMs;
    for (const [id, { usedAtMs, unsaved }] of this.files) {
      if (!unsaved && !this.holds.has(id) && nowMs - usedAtMs > SILENT_MS) this.files.delete(id);
    }
  }
}

/** The store has granted what was refused meanwhile, because it came too late: it has not happened. */
function notTaken(file: CallFile, before: Claims): void {
  const known = new Set(before.runs.map(({ runId }) => runId));
  const runs = file.claims.runs.map((run) => (known.has(run.runId) ? run : { ...run, withdrawn: true }));
  const tools = file.claims.tools.filter((key) => before.tools.includes(key));
  file.claims = { runs, tools };
  file.claimsChanged = true;
}
