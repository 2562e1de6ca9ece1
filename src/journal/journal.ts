import {
  type CallKeeper,
  type CallRef,
  type KeptCall,
  type NotedEvent,
  TAKEN_AWAY,
  type TakeRequest,
} from '@jovo-telephony/platform-base';
import type { Clock } from '@jovo-telephony/telephony';
import { Backlog } from './backlog';
import { CallFile, type Claims, type SessionItem } from './call-file';
import { pageOf } from './entries';
import { type ClaimAnswer, JournalHold } from './hold';
import { newHolder } from './holder';
import { LeaseWatch } from './lease-watch';
import type { Sealing } from './sealing';
import type { Begun, CallFacts, Counter, JournalStore, Lease, TurnResult } from './store';
import { StoreLine } from './store-line';

export interface JournalOptions {
  store: JournalStore;
  sealing: Sealing;
  clock: Clock;
  /** Milliseconds since 1970. */
  epochMs(): number;
  /** What a session tells of its call, as soon as it does. */
  describe?(session: SessionItem): CallDescription | undefined;
  /** Told when the store goes down, and when it is back; and of what was lost or found changed. No caller data. */
  warn?(warning: string): void;
  /** Told when the store goes down, and when it is back. */
  onHealth?(up: boolean): void;
  /** Names this process; for tests of two in one. */
  holder?: string;
}

export interface CallDescription {
  facts: CallFacts;
  /** Whether numbers are taken out of what is kept. */
  redacted: boolean;
  /** Noted once, at the start and at the end. `words` are sealed. */
  started: { facts: Readonly<Record<string, string | number | undefined>>; words: unknown };
  ended(): Readonly<Record<string, string | number | undefined>>;
}

/** A lease holds for so long unless it is renewed: a process that was killed blocks its calls no longer than this. */
export const LEASE_MS = 1_800;

/** How long a turn waits for the store: the call is in memory, or it is not. */
const BEGIN_KNOWN_MS = 400;
const BEGIN_UNKNOWN_MS = 1_000;
const COMMIT_MS = 400;
const CLAIM_MS = 1_000;
const ASK_MS = 200;

/** How often a call that is busy is asked for again. */
const POLL_FIRST_MS = 20;
const POLL_MS = 80;

/** A call of which nobody has spoken for so long is over, whatever the network says. */
export const SILENT_MS = 4 * 3_600_000;
const SWEEP_EVERY_MS = 60_000;

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
  private readonly backlog: Backlog;
  private sweptAtMs = 0;

  constructor(readonly options: JournalOptions) {
    const { clock, store, warn, onHealth } = options;
    this.holder = options.holder ?? newHolder();
    const told = (up: boolean) => {
      onHealth?.(up);
      warn?.(
        up ? 'the store of the journal is back' : 'the store of the journal is away: calls go on from memory',
      );
    };
    this.line = new StoreLine({ clock, onChange: told });
    this.watch = new LeaseWatch({ clock, store, line: this.line, leaseMs: LEASE_MS });
    this.backlog = new Backlog({
      clock,
      store,
      line: this.line,
      holder: this.holder,
      leaseMs: LEASE_MS,
      warn,
    });
  }

  interrupt(ref: CallRef): void {
    const id = idOf(ref);
    if (this.announced.get(id)) this.announce(id);
    else this.announced.set(id, false);
  }

  async take(ref: CallRef, request: TakeRequest): Promise<JournalHold> {
    const file = this.fileOf(idOf(ref));
    const { event, signal } = request;
    const begun = await this.begin(file, request).catch(() => undefined);
    this.announced.delete(file.id);
    const hold = this.open(file, begun);
    if (!begun) hold.note({ kind: 'degraded' });
    if (event) hold.novelty = hold.began(event);
    if (signal.aborted) this.letGo(hold);
    else this.holds.set(file.id, hold);
    return hold;
  }

  /** The hold on a call of this process, or what there is of it. */
  holdOf(ref: CallRef): JournalHold | undefined {
    return this.holds.get(idOf(ref));
  }

  /** What Jovo has kept of the session. The session of a call that is over is no more. */
  sessionOf(ref: CallRef): SessionItem | undefined {
    return this.files.get(idOf(ref))?.session;
  }

  keepSession(ref: CallRef, session: SessionItem): void {
    this.fileOf(idOf(ref)).session = session;
  }

  /** Whether this caller has reached this profile before. No, if that cannot be known now. */
  async hasCalled(callerNumber: string, profile: string, ref: CallRef): Promise<boolean> {
    const { store, sealing } = this.options;
    if (!this.line.mayAsk()) return false;
    const asked = sealing.callerKeys(callerNumber).map((key) => store.hasCalled(key, profile, idOf(ref)));
    try {
      return (await this.line.within(Promise.all(asked), ASK_MS)).includes(true);
    } catch {
      return false;
    }
  }

  /** How often each was counted; undefined if that cannot be known now. */
  async counts(counters: readonly Counter[]): Promise<number[] | undefined> {
    if (!this.line.mayAsk()) return undefined;
    return this.line.within(this.options.store.counts(counters), ASK_MS).catch(() => undefined);
  }

  callerKey(number: string): string {
    return this.options.sealing.callerKey(number);
  }

  /** Writes that wait for the store, in calls. */
  get behind(): number {
    return this.backlog.size;
  }

  /** Deletes what is due, and ends calls that have fallen silent. */
  purge(): Promise<number> {
    return this.options.store.purge(this.options.epochMs(), SILENT_MS);
  }

  /** Writes what is still to be written, for as long as that makes sense, and closes the store. */
  async close(withinMs = 5_000): Promise<void> {
    this.watch.close();
    await this.backlog.drain(withinMs);
    await Promise.all([...this.files.values()].map(({ writing }) => writing));
    await this.options.store.close();
  }

  private async begin(file: CallFile, { event, withinMs, signal }: TakeRequest) {
    const { store, clock } = this.options;
    if (!this.line.mayAsk()) return undefined;
    const patienceMs = file.version === undefined && !file.unsaved ? BEGIN_UNKNOWN_MS : BEGIN_KNOWN_MS;
    if (file.unsaved) await this.line.within(this.backlog.flush(file), patienceMs);
    const untilMs = clock.nowMs() + withinMs;
    const sealed = event && file.sealEvent(event);
    for (let pollMs = POLL_FIRST_MS; !signal.aborted; pollMs = POLL_MS) {
      const force = clock.nowMs() >= untilMs;
      const asked = {
        holder: this.holder,
        leaseMs: LEASE_MS,
        event: sealed,
        knownVersion: file.version,
        force,
      };
      const begun = await this.line.within(
        file.write(() => store.begin(file.id, asked)),
        patienceMs,
      );
      if (begun.result === 'begun') return begun;
      if (this.announced.get(file.id) === false) {
        this.announced.set(file.id, true);
        this.announce(file.id);
      }
      await new Promise<void>((resolve) =>
        clock.after(Math.min(pollMs, Math.max(1, untilMs - clock.nowMs())), resolve),
      );
    }
    return undefined;
  }

  private announce(id: string): void {
    this.options.store.interrupt(id).catch(() => {});
  }

  private open(file: CallFile, begun: Extract<Begun, { result: 'begun' }> | undefined): JournalHold {
    const world = { epochMs: this.options.epochMs, note: this.note, save: this.save, claim: this.claim };
    file.usedAtMs = this.options.clock.nowMs();
    const hold = new JournalHold(file, begun?.lease, begun?.interrupts ?? 0, world);
    if (!begun) return hold;
    hold.kept = file.takeOver(begun);
    hold.missed = file.missed(begun.unfinished);
    this.watch.add(hold);
    return hold;
  }

  /** Nobody has waited for it. */
  private letGo(hold: JournalHold): void {
    this.watch.remove(hold);
    if (hold.lease) this.options.store.look([hold.lease], 0).catch(() => {});
  }

  private readonly note = (file: CallFile, lease: Lease, event: NotedEvent): void => {
    const sealed = file.sealEvent(event);
    file.write(() => this.options.store.note(lease, sealed)).catch(() => {});
  };

  private readonly save = async (hold: JournalHold, kept: KeptCall, goesOn: boolean): Promise<void> => {
    const { file, lease } = hold;
    const { store } = this.options;
    if (!goesOn) this.closeHold(hold);
    const done = this.resultOf(hold, kept);
    const { writer, ...result } = done;
    if (!lease) return this.backlog.add(file, done);
    const base = lease.version;
    if (goesOn) Object.assign(result, { leaseMs: LEASE_MS });
    const written = file.write(async () => {
      // A write of the same turn that failed has to come first: both go the other way.
      if (file.unsaved) return this.backlog.add(file, done);
      const current = await store.commit(lease, result).catch(() => undefined);
      if (current === undefined) return this.backlog.add(file, { ...done, base });
      if (!current) return this.overtaken(hold);
      file.version = base + 1;
      if (goesOn) lease.version = base + 1;
      else if (kept.ended) this.files.delete(file.id);
    });
    await this.line.within(written, COMMIT_MS).catch(() => {});
  };

  /** Everything that the end of a turn, or a point in it, has to write. Made at once: what is given is live. */
  private resultOf(hold: JournalHold, kept: KeptCall): TurnResult & { writer: string } {
    const { file } = hold;
    file.description ??= file.session && this.options.describe?.(file.session);
    const { description } = file;
    if (description && !file.about) {
      hold.entries.unshift({
        kind: 'call_started',
        atMs: description.facts.startedAtMs,
        ...description.started,
      });
    }
    if (description) file.about = description.facts;
    const change = file.newMessages();
    if (change) hold.note({ kind: 'messages', facts: { from: change.from }, words: change.messages });
    if (kept.ended && description) hold.note({ kind: 'call_ended', facts: description.ended() });
    const page = pageOf(hold.entries, file.sealText, description?.redacted ?? true);
    hold.entries = [];
    const claims = file.claimsChanged ? file.sealClaims(file.claims) : undefined;
    file.claimsChanged = false;
    return { page, ...file.seal(kept), claims, about: file.about, ended: kept.ended };
  }

  private closeHold(hold: JournalHold): void {
    this.watch.remove(hold);
    if (this.holds.get(hold.file.id) === hold) this.holds.delete(hold.file.id);
    this.sweep();
  }

  private overtaken(hold: JournalHold): void {
    hold.file.forget();
    hold.interrupt(TAKEN_AWAY);
    const page = pageOf([{ kind: 'overtaken', atMs: this.options.epochMs() }], hold.file.sealText, true);
    if (page) this.options.store.append(hold.file.id, [page]).catch(() => {});
  }

  private readonly claim = async (
    { file, lease }: JournalHold,
    claims: Claims,
    counters: readonly Counter[],
  ): Promise<ClaimAnswer> => {
    if (!lease || !this.line.mayAsk()) return 'down';
    const { store } = this.options;
    const request = { claims: file.sealClaims(claims), expectedCount: file.claimCount, counters };
    const asked = file.write(() => store.claim(lease, request));
    try {
      const answer = await this.line.within(asked, CLAIM_MS);
      if (answer !== 'granted') return answer;
      file.claims = claims;
      file.claimCount += 1;
      return 'granted';
    } catch {
      asked.then(
        (answer) => answer === 'granted' && notTaken(file, claims),
        () => {},
      );
      return 'down';
    }
  };

  private fileOf(id: string): CallFile {
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
function notTaken(file: CallFile, claims: Claims): void {
  const before = new Set(file.claims.runs.map(({ runId }) => runId));
  const runs = claims.runs.map((run) => (before.has(run.runId) ? run : { ...run, withdrawn: true }));
  file.claims = { runs, tools: file.claims.tools };
  file.claimCount += 1;
  file.claimsChanged = true;
}

/** Networks give their own ids: the same one in two networks is two calls. */
export function idOf({ network, callId }: CallRef): string {
  return `${network}/${callId}`;
}
