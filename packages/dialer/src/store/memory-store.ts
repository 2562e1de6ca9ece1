import type { DialRecord } from './dial-record';
import type { Appended, DialStore, StoredRecord } from './dial-store';

/** Forgets everything when the process ends: for tests and for trying things out. */
export class MemoryStore implements DialStore {
  private seq = 0;
  private readonly streams = new Map<string, StoredRecord[]>();
  private readonly claims = new Map<string, StoredRecord>();
  private readonly leases = new Map<string, { holder: string; untilMs: number }>();

  async append(stream: string, body: DialRecord, claims: readonly string[] = []): Promise<Appended> {
    const taken = claims.find((claim) => this.claims.has(claim));
    if (taken !== undefined) return { appended: false, taken };
    this.seq += 1;
    // Through JSON, as every store that lasts.
    const record: StoredRecord = { seq: this.seq, body: JSON.parse(JSON.stringify(body)) };
    this.streams.set(stream, [...(this.streams.get(stream) ?? []), record]);
    for (const claim of claims) this.claims.set(claim, record);
    return { appended: true, seq: this.seq };
  }

  async read(stream: string, afterSeq = 0): Promise<StoredRecord[]> {
    return structuredClone((this.streams.get(stream) ?? []).filter(({ seq }) => seq > afterSeq));
  }

  async claimedBy(claim: string): Promise<StoredRecord | undefined> {
    return structuredClone(this.claims.get(claim));
  }

  async lease(name: string, holder: string, nowMs: number, untilMs: number): Promise<boolean> {
    const lease = this.leases.get(name);
    if (lease && lease.holder !== holder && lease.untilMs > nowMs) return false;
    this.leases.set(name, { holder, untilMs });
    return true;
  }

  async release(name: string, holder: string): Promise<void> {
    if (this.leases.get(name)?.holder === holder) this.leases.delete(name);
  }

  close(): void {}
}
