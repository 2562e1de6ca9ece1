import { isGone } from '../holder';
import type { Sealable, Sealing } from '../sealing';
import type {
  BeginRequest,
  Begun,
  CallFilter,
  ClaimRequest,
  CounterKey,
  JournalStore,
  Lease,
  LeaseState,
  Page,
  Standing,
  StoredCall,
  TurnResult,
} from '../store';
import { patiently } from './patiently';
import { KnownLeases, type Moment } from './sqlite-alone';
import { bytes, SqliteFile, Undo, type Value } from './sqlite-file';
import { Processes, type ProcessTimes } from './sqlite-processes';
import { type ResultTimes, resultValues } from './sqlite-statements';
import { TurnLog } from './turn-log';

const TIMES: ProcessTimes = { nowMs: Date.now, monotonicMs: () => performance.now(), beatMs: 100 };

/**
 * The journal in one file, for all processes of one machine. Its calls are synchronous: each takes microseconds. A process
 * that is alone on the file knows the leases of its calls, and neither reads nor writes them.
 */
export class SqliteStore implements JournalStore {
  readonly isNear = true;
  private readonly leases = new KnownLeases();
  private readonly processes: Processes;
  /** Numbers notes in their order. Of one turn all are from one process. */
  private noteCount = 0;
  /** Where turns are written first while this process is alone. */
  private log: TurnLog | undefined;

  private constructor(
    private readonly path: string,
    private readonly file: SqliteFile,
    private readonly times: ProcessTimes,
  ) {
    this.processes = new Processes({
      file,
      ...times,
      onCompany: () => {
        this.log?.write();
        this.writeLeases();
      },
      isIdle: () => this.leases.isEmpty,
      onDeaths: (isThere) => this.log?.takeOver(isThere),
      onMet: (company) => {
        if (company !== 'alone') this.log?.done();
      },
    });
  }

  /**
   * Opens or creates the file, and the folder above it, and waits until all other processes know of this one: a tenth of
   * a second, where there are any. Throws when it cannot be written.
   */
  static async open(path: string, times: Partial<ProcessTimes> = {}): Promise<SqliteStore> {
    const store = new SqliteStore(path, await SqliteFile.open(path), { ...TIMES, ...times });
    try {
      await store.processes.join();
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  async sealWith(sealing: Sealing): Promise<void> {
    const { path, file, processes } = this;
    const log = new TurnLog({ path, file, sealing, process: processes.name });
    this.log = log;
    await patiently(() => this.takeOver(log));
  }

  /** Of processes that are no more, also of those that somebody else has seen die. */
  private takeOver(log: TurnLog): void {
    const behind = this.file.atomic(() => {
      const names = new Set(this.file.all('processes').map(([name]) => name));
      return log.takeOver((name) => names.has(name));
    });
    behind();
  }

  begin(callId: string, asked: BeginRequest): Begun {
    const { company } = this.processes;
    const known = this.leases.begin(callId, asked, this.moment());
    if (known) return known;
    // Somebody may have this call and not know of us.
    if (company === 'joining' && !asked.force) return { result: 'busy' };
    this.log?.tell(callId);
    this.writeLease(callId, asked.holder);
    const begun = this.beginInFile(callId, asked);
    if (begun.result === 'begun') this.leases.begun(begun, asked, this.moment());
    return begun;
  }

  private beginInFile(callId: string, asked: BeginRequest): Begun {
    const row = this.take(callId, asked, asked.force === true);
    if (row) return this.begun(callId, row);
    const [by] = this.file.get('holder', { id: callId }) ?? [];
    if (!isGone(String(by), asked.holder)) return { result: 'busy' };
    const left = this.take(callId, asked, true);
    return left ? this.begun(callId, left) : { result: 'busy' };
  }

  private begun(callId: string, row: Value[]): Begun {
    const [fence, version, interrupts, unfinished, claims, claimCount, endedAt, state, noted] = row;
    // What came with the turn, and behind it what came during the turn.
    const events = typeof unfinished === 'string' ? unfinished.split('\n') : [];
    if (Number(noted) > 0) {
      const notes = this.file.all('noted', { id: callId, fence: Number(fence) - 1 });
      events.push(...notes.map(([event]) => String(event)));
    }
    return {
      result: 'begun',
      lease: { callId, fence: Number(fence), version: Number(version) },
      ended: endedAt !== null,
      state: bytes(state),
      claims: bytes(claims),
      claimCount: Number(claimCount),
      interrupts: Number(interrupts),
      unfinished: events,
    };
  }

  private take(id: string, asked: BeginRequest, force: boolean): Value[] | undefined {
    const now = this.times.nowMs();
    return this.file.get('begin', {
      id,
      holder: asked.holder,
      until: now + asked.leaseMs,
      now,
      event: asked.event?.sealedText ?? null,
      known: asked.knownVersion ?? -1,
      force: Number(force),
    });
  }

  pass(lease: Lease, event: (() => Sealable) | undefined): boolean {
    const moment = this.moment();
    const { log } = this;
    if (!log || !this.leases.isOurs(lease, moment)) return false;
    if (event && !log.note(lease, this.nextNote(), event())) return false;
    if (!this.processes.isSure) return false;
    this.leases.passed(lease, moment);
    return true;
  }

  commit(lease: Lease, done: TurnResult): boolean {
    const nowMs = this.times.nowMs();
    const untilMs = done.leaseMs === undefined ? 0 : nowMs + done.leaseMs;
    const times = { nowMs, untilMs };
    const held = this.isLogged(lease, done, times)
      ? this.isStillOurs(lease)
      : this.commitInFile(lease, done, times);
    if (held) this.leases.committed(lease, done, nowMs);
    else this.leases.refused(lease);
    return held;
  }

  /** Whether a result was written to the log: that of a turn of which the file knows nothing, and that is like any other. */
  private isLogged(lease: Lease, done: TurnResult, times: ResultTimes): boolean {
    const { log } = this;
    const { page, state, claims, about, ended } = done;
    if (!log || claims || about || ended || !this.leases.isOurs(lease, this.moment())) return false;
    return log.commit(lease, { page, state, ...times });
  }

  /** Somebody may have taken this process for dead while it wrote to its log, and the log without that. */
  private isStillOurs({ callId }: Lease): boolean {
    return this.processes.isSure || this.log?.tell(callId) === true;
  }

  private commitInFile(lease: Lease, done: TurnResult, times: ResultTimes): boolean {
    const { callId: id } = lease;
    const { page, about, ended } = done;
    this.log?.tell(id);
    const values = resultValues(lease, done, times);
    const write = () => {
      const held = this.file.run('commit', values) > 0;
      if (!held && page) this.write(id, page);
      if (held && about) {
        const { startedAtMs: startedAt, profile, callerKey = null, keep, keepMs } = about;
        this.file.run('about', { id, startedAt, profile, callerKey, keep, keepMs });
      }
      if (held && ended) this.end(id, times.nowMs);
      return held;
    };
    // A statement is a transaction of its own, and most turns need only one.
    return about || ended ? this.file.atomic(write) : write();
  }

  note(lease: Lease, event: Sealable): void {
    if (this.leases.isOvertaken(lease)) return;
    const { callId: id, fence } = lease;
    const number = this.nextNote();
    const isLogged = this.leases.isOurs(lease, this.moment()) && this.log?.note(lease, number, event);
    if (isLogged && this.isStillOurs(lease)) return;
    this.log?.tell(id);
    this.file.run('note', { id, fence, number, event: event.sealedText });
    this.leases.noted(lease);
  }

  async claim(lease: Lease, request: ClaimRequest) {
    if (this.leases.isOvertaken(lease)) return 'stale';
    const { callId: id, fence } = lease;
    const { claims, expectedCount, counters } = request;
    const answer = this.file.atomic(() => {
      if (this.file.run('claim', { id, fence, claims, expected: expectedCount }) === 0) return 'stale';
      for (const { key, limit, untilMs: until, callerKey = null } of counters) {
        const counted = this.file.run('count', { key, limit, until, callerKey }) > 0;
        if (!counted) throw new Undo({ exhausted: key });
      }
      return 'granted';
    });
    if (answer === 'granted') this.leases.claimed(lease, request);
    return answer;
  }

  async append(callId: string, pages: readonly Page[]): Promise<void> {
    this.log?.tell(callId);
    this.file.atomic(() => {
      for (const page of pages) this.write(callId, page);
    });
  }

  async interrupt(id: string): Promise<void> {
    this.file.run('interrupt', { id });
    this.leases.interrupted(id);
  }

  async look(leases: readonly Lease[], renewForMs?: number): Promise<LeaseState[]> {
    return leases.map((lease) => {
      const moment = this.moment();
      const { nowMs } = moment;
      if (renewForMs !== undefined) this.leases.renewed(lease, nowMs + renewForMs, nowMs);
      return this.leases.look(lease, moment) ?? this.lookInFile(lease, renewForMs, nowMs);
    });
  }

  private lookInFile(lease: Lease, renewForMs: number | undefined, nowMs: number): LeaseState {
    const { callId: id, fence } = lease;
    const isOvertaken = this.leases.isOvertaken(lease);
    const renewed =
      renewForMs === undefined || isOvertaken
        ? undefined
        : this.file.get('renew', { id, fence, until: nowMs + renewForMs });
    const [now, interrupts] = renewed ?? this.file.get('look', { id }) ?? [];
    return { callId: id, holds: now === fence && !isOvertaken, interrupts: Number(interrupts ?? 0) };
  }

  async standings(callIds: readonly string[]): Promise<(Standing | undefined)[]> {
    return callIds.map((id) => {
      const [endedAt] = this.file.get('standing', { id }) ?? [];
      return endedAt === undefined ? undefined : endedAt === null ? 'live' : 'ended';
    });
  }

  async hasCalled(callerKey: string, profile: string, exceptCallId: string): Promise<boolean> {
    return this.file.get('hasCalled', { callerKey, profile, id: exceptCallId }) !== undefined;
  }

  async counts(counters: readonly CounterKey[]): Promise<number[]> {
    return counters.map(({ key }) => Number(this.file.get('counted', { key })?.[0] ?? 0));
  }

  async *read({ callIds, callerKeys }: CallFilter): AsyncIterable<StoredCall> {
    this.log?.tellAll();
    const rows = this.file.all('calls', {});
    for (const [
      id,
      startedAt,
      profile,
      caller,
      keep,
      keepMs,
      lastAt,
      endedAt,
      version,
      state,
      count,
    ] of rows) {
      const callId = String(id);
      if (callIds && !callIds.includes(callId)) continue;
      if (callerKeys && !callerKeys.includes(String(caller))) continue;
      const about = startedAt !== null && {
        startedAtMs: Number(startedAt),
        profile: String(profile),
        callerKey: caller === null ? undefined : String(caller),
        keep: keep as 'nothing',
        keepMs: Number(keepMs),
      };
      yield {
        callId,
        about: about || undefined,
        lastAtMs: Number(lastAt),
        endedAtMs: endedAt === null ? undefined : Number(endedAt),
        version: Number(version),
        state: bytes(state),
        claimCount: Number(count),
        pages: this.pagesOf(callId),
      };
    }
  }

  async erase(callerKeys: readonly string[]): Promise<number> {
    this.log?.tellAll();
    return this.file.atomic(() => {
      let erased = 0;
      for (const callerKey of callerKeys) {
        const calls = this.file.all('ofCaller', { callerKey });
        for (const [id] of calls) this.delete(String(id));
        erased += calls.length;
        this.file.run('deleteCountersOf', { callerKey });
      }
      return erased;
    });
  }

  async purge(nowMs: number, silentForMs: number): Promise<number> {
    this.log?.tellAll();
    return this.file.atomic(() => {
      const due = this.file.all('due', { now: nowMs });
      const silent = this.file.all('silent', { now: nowMs, silentFor: silentForMs });
      for (const [id] of due) this.delete(String(id));
      for (const [id] of silent) {
        this.end(String(id), nowMs);
        this.file.run('silence', { id: String(id) });
        this.leases.forget(String(id));
      }
      this.file.run('deleteCounters', { now: nowMs });
      return due.length + silent.length;
    });
  }

  async shared(name: string, value: string): Promise<string> {
    this.file.run('share', { name, value });
    return String(this.file.get('sharedValue', { name })?.[0]);
  }

  async probe(): Promise<void> {
    this.file.run('probe', { at: String(this.times.nowMs()) });
  }

  async close(): Promise<void> {
    this.processes.leave();
    this.file.close();
  }

  private write(id: string, { atMs, facts, words }: Page): void {
    this.file.run('page', { id, at: atMs, facts, words: words ?? null });
  }

  private end(id: string, now: number): void {
    this.file.emptyLogSoon();
    this.file.run('end', { id, now });
    this.file.run('forgetNotes', { id });
    this.file.run('forgetWords', { id });
    this.file.run('forgetPages', { id });
  }

  private delete(id: string): void {
    this.file.emptyLogSoon();
    this.file.run('deletePages', { id });
    this.file.run('forgetNotes', { id });
    this.file.run('deleteCall', { id });
    this.leases.forget(id);
  }

  private pagesOf(id: string): Page[] {
    const rows = this.file.all('pages', { id });
    return rows.map(([at, facts, words]) => {
      const page = { atMs: Number(at), facts: String(facts) };
      const sealed = bytes(words);
      return sealed ? { ...page, words: sealed } : page;
    });
  }

  private nextNote(): number {
    this.noteCount += 1;
    return this.noteCount;
  }

  private moment(): Moment {
    const { isSure, epoch } = this.processes;
    return { nowMs: this.times.nowMs(), epoch: isSure ? epoch : 0 };
  }

  /** Tells the file of a turn that runs, as far as anybody but its holder may ask. */
  private writeLease(id: string, asking?: string): void {
    const lease = this.leases.running(id, this.processes.epoch);
    if (lease && lease.holder !== asking) this.file.get('renew', { id, ...lease });
  }

  private writeLeases(): void {
    for (const id of this.leases.callIds()) this.writeLease(id);
  }
}
