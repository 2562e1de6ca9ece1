import type { BeginRequest, Begun, ClaimRequest, Lease, LeaseState, TurnResult } from '../store';

type BegunCall = Extract<Begun, { result: 'begun' }>;

/** When it is, for whoever decides by it. */
export interface Moment {
  nowMs: number;
  /** Names the time for which this process has been alone on the file; 0: it is not alone. */
  epoch: number;
}

interface Known {
  /** What follows is so in the file, or newer, for as long as this goes on. */
  epoch: number;
  holder: string;
  fence: number;
  version: number;
  /** Its turn was begun without a word to the file. */
  isUntold: boolean;
  /** The version with which its last turn has begun: leases of the same fence and of older versions are over. */
  begunAt: number;
  isRunning: boolean;
  untilMs: number;
  usedAtMs: number;
  interrupts: number;
  claims: Uint8Array | undefined;
  claimCount: number;
}

/** So many calls are remembered; of those that do not run, the ones that came first are forgotten first. */
const MAX_CALLS = 20_000;
/** Calls that were silent for so long are begun from the file, which then knows that they live. */
const FRESH_MS = 10 * 60_000;

/**
 * What a process that is alone on its file knows of its calls. Its turns keep the fence that the call has in the file and
 * are told from each other by their versions: a turn is begun from here only when the one before was committed, which
 * has raised the version. So the file needs to be told nothing: whoever takes the call there has a higher fence, as ever.
 */
export class KnownLeases {
  /** In the order in which they came. Moving a call behind the others would take longer than all the rest. */
  private readonly known = new Map<string, Known>();

  constructor(private readonly maxCalls = MAX_CALLS) {}

  /** Begins a turn of a call of which everything is known; otherwise the file has to be asked. */
  begin(callId: string, asked: BeginRequest, { epoch, nowMs }: Moment): Begun | undefined {
    const call = this.current(callId, epoch);
    if (!call || call.isRunning || call.holder !== asked.holder || call.version !== asked.knownVersion)
      return;
    if (asked.force || asked.event !== undefined || nowMs - call.usedAtMs > FRESH_MS) return;
    call.isRunning = true;
    call.isUntold = true;
    call.begunAt = call.version;
    call.untilMs = nowMs + asked.leaseMs;
    const { fence, version, claims, claimCount, interrupts } = call;
    const lease = { callId, fence, version };
    return { result: 'begun', lease, ended: false, claims, claimCount, interrupts, unfinished: [] };
  }

  /** The file has begun a turn. */
  begun(begun: BegunCall, { holder, leaseMs }: BeginRequest, { epoch, nowMs }: Moment): void {
    const { lease, interrupts, claims, claimCount } = begun;
    const { callId, fence, version } = lease;
    this.known.set(callId, {
      epoch,
      holder,
      fence,
      version,
      begunAt: version,
      isUntold: false,
      isRunning: true,
      untilMs: nowMs + leaseMs,
      usedAtMs: nowMs,
      interrupts,
      claims,
      claimCount,
    });
    if (this.known.size > this.maxCalls) this.forgetOldest(nowMs);
  }

  /** Whether the turn of this lease runs, was begun from here, and has not been written by anybody else since. */
  isOurs({ callId, fence, version }: Lease, { epoch }: Moment): boolean {
    const call = this.current(callId, epoch);
    return call?.fence === fence && call.version === version && call.isRunning && call.isUntold;
  }

  /** Whether the turn of this lease is over since another one was begun from here. The file cannot tell that. */
  isOvertaken({ callId, fence, version }: Lease): boolean {
    const call = this.known.get(callId);
    return call?.fence === fence && version < call.begunAt;
  }

  /** The file has made the turn's result its own. */
  committed({ callId, fence, version }: Lease, { claims, ended, leaseMs }: TurnResult, nowMs: number): void {
    const call = this.known.get(callId);
    if (call?.fence !== fence) return;
    if (ended) {
      this.known.delete(callId);
      return;
    }
    call.version = version + 1;
    call.claims = claims ?? call.claims;
    call.isRunning = leaseMs !== undefined;
    call.untilMs = nowMs + (leaseMs ?? 0);
    call.usedAtMs = nowMs;
  }

  /** The turn has come to its end without a result. */
  passed({ callId }: Lease, { nowMs }: Moment): void {
    const call = this.known.get(callId);
    if (!call) return;
    call.isRunning = false;
    call.untilMs = nowMs;
    call.usedAtMs = nowMs;
  }

  /** The file has not taken a result: either it is late, or the call is not what it was. */
  refused({ callId, fence, version }: Lease): void {
    const call = this.known.get(callId);
    if (call?.fence === fence && call.version === version) this.known.delete(callId);
  }

  /** What came behind the end of a turn is for the next one: the file hands it on. */
  noted({ callId, fence }: Lease): void {
    const call = this.known.get(callId);
    if (call?.fence === fence && !call.isRunning) this.known.delete(callId);
  }

  claimed({ callId, fence }: Lease, { claims }: ClaimRequest): void {
    const call = this.known.get(callId);
    if (call?.fence !== fence) return;
    call.claims = claims;
    call.claimCount += 1;
  }

  interrupted(callId: string): void {
    const call = this.known.get(callId);
    if (call) call.interrupts += 1;
  }

  /** How things stand with the lease of a turn that runs; undefined: the file has to be asked. */
  look({ callId, fence, version }: Lease, { epoch }: Moment): LeaseState | undefined {
    const call = this.current(callId, epoch);
    if (!call?.isRunning || call.fence !== fence || version < call.begunAt) return undefined;
    return { callId, holds: true, interrupts: call.interrupts };
  }

  /** A lease that ends now is given back, before its turn has come to its end. */
  renewed(lease: Lease, untilMs: number, nowMs: number): void {
    const call = this.known.get(lease.callId);
    if (call?.fence !== lease.fence || this.isOvertaken(lease)) return;
    if (untilMs <= nowMs) this.known.delete(lease.callId);
    else call.untilMs = untilMs;
  }

  /** The lease of a turn that runs and that the file may not know of. */
  running(callId: string, epoch: number): { holder: string; fence: number; until: number } | undefined {
    const call = this.current(callId, epoch);
    return call?.isRunning ? { holder: call.holder, fence: call.fence, until: call.untilMs } : undefined;
  }

  get isEmpty(): boolean {
    return this.known.size === 0;
  }

  callIds(): Iterable<string> {
    return this.known.keys();
  }

  forget(callId: string): void {
    this.known.delete(callId);
  }

  private current(callId: string, epoch: number): Known | undefined {
    const call = this.known.get(callId);
    return call && epoch > 0 && call.epoch === epoch ? call : undefined;
  }

  private forgetOldest(nowMs: number): void {
    for (const [callId, { isRunning, untilMs }] of this.known) {
      if (isRunning && untilMs > nowMs) continue;
      this.known.delete(callId);
      return;
    }
  }
}
