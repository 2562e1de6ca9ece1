import { isGone, newHolder } from '../holder';
import { patiently, pollPause } from './patiently';
import type { SqliteFile } from './sqlite-file';

/** Who else has the file open: nobody; somebody, who knows of us; somebody who may not know of us yet. */
export type Company = 'alone' | 'shared' | 'joining';

export interface ProcessTimes {
  /** Milliseconds since 1970, the same for all processes. */
  nowMs(): number;
  /** Never goes back. */
  monotonicMs(): number;
  /** How often it is looked whether anybody has come. */
  beatMs: number;
}

export interface ProcessesOptions extends ProcessTimes {
  file: SqliteFile;
  /** Within the transaction with which this process stops to be alone: writes what only it knows. */
  onCompany(): void;
  /** Whether there is nothing that others would have to wait for. */
  isIdle(): boolean;
  /**
   * Others were found dead: within the transaction that says so. `isThere`: whether one of that name is not. Returns what is
   * to be done when the transaction has succeeded.
   */
  onDeaths?(isThere: (name: string) => boolean): (() => void) | undefined;
  /** Behind a transaction that has succeeded; `company` is as it is from now on. */
  onMet?(company: Company): void;
}

/** So often a process writes that it is there. */
const SEEN_EVERY_MS = 400;
/** What was found about the others holds for so long. */
const TRUST_MS = 1_000;
/** A process that has not been seen for so long is not waited for. More than {@link TRUST_MS} and a wait for the file. */
const ALIVE_MS = 1_500;
/** Nobody else has written for so long: whoever writes without a row, a former version of this program, counts too. */
const QUIET_MS = 1_000;
/** A file that cannot be written is not tried at every beat: each try may wait for it, and with it this process. */
const RETRY_MS = 1_000;

/**
 * The processes that have the file open, each with a row in it. Who comes waits until each of the others has seen its row,
 * or is no more. Whoever finds no other row is alone; it deletes rows of the dead with the same transaction, so that one
 * that was only asleep finds itself missing when it wakes up, and comes anew.
 */
export class Processes {
  /** Of this process, among those that have the file open. */
  readonly name = newHolder();
  private state: Company = 'joining';
  /** Rises each time that this process begins to be alone. */
  private epochs = 0;
  /** Changes when another connection has written. */
  private dataVersion: number | undefined;
  /** The highest number of a row that this process has seen. Every new row has a higher one. */
  private knows = 0;
  private joinedAs = 0;
  private seenMs = Number.NEGATIVE_INFINITY;
  private trustedUntilMs = Number.NEGATIVE_INFINITY;
  private retryMs = Number.NEGATIVE_INFINITY;
  private quietSinceMs = Number.NEGATIVE_INFINITY;
  /** A statement has failed: what is in the file has to be looked at. */
  private inDoubt = false;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: ProcessesOptions) {
    this.timer = setInterval(this.beat, options.beatMs).unref();
    options.file.onFailure = () => {
      this.inDoubt = true;
      this.trustedUntilMs = Number.NEGATIVE_INFINITY;
    };
  }

  /** Throws if that has to be found out and the file does not answer. */
  get company(): Company {
    if (!this.isSure) this.meet();
    return this.state;
  }

  /** Names the time for which this process has been alone; 0: it is not. */
  get epoch(): number {
    return this.state === 'alone' ? this.epochs : 0;
  }

  /** Whether it is so for sure, without looking. */
  get isSure(): boolean {
    return this.options.monotonicMs() < this.trustedUntilMs;
  }

  /** Resolves when all others know of this process. Rejects if the file cannot be written. */
  async join(): Promise<void> {
    for (;;) {
      await patiently(() => this.meet());
      if (this.state !== 'joining') return;
      await pollPause();
    }
  }

  leave(): void {
    clearInterval(this.timer);
    const { file, onCompany, onMet } = this.options;
    try {
      file.atomic(() => {
        if (this.state === 'alone') onCompany();
        file.run('deleteProcess', { name: this.name });
      });
      onMet?.('joining');
    } catch {
      // It will be found dead.
    }
    this.state = 'joining';
    this.trustedUntilMs = Number.NEGATIVE_INFINITY;
  }

  private readonly beat = (): void => {
    const nowMs = this.options.monotonicMs();
    if (nowMs < this.retryMs) return;
    try {
      if (this.isNews(nowMs)) this.meet();
    } catch {
      // Whoever needs to know asks again, and is told that it fails.
      this.retryMs = nowMs + RETRY_MS;
    }
  };

  /** Whether there is something to be seen, or to be said. */
  private isNews(nowMs: number): boolean {
    if (this.inDoubt || this.state === 'joining') return true;
    // Whoever has no calls may be taken for dead: it comes anew with the next one, and does not wear the disk meanwhile.
    const isSilent = this.state === 'alone' && this.options.isIdle();
    if (!isSilent && nowMs - this.seenMs >= SEEN_EVERY_MS) return true;
    const version = this.readDataVersion();
    if (version === this.dataVersion) return false;
    if (this.state === 'alone' || this.latest() > this.knows) return true;
    this.dataVersion = version;
    this.quietSinceMs = nowMs;
    return false;
  }

  /** Looks who is there, and says that we are and have seen them. */
  private meet(): void {
    const nowMs = this.options.monotonicMs();
    const found = this.options.file.atomic(() => this.look(nowMs));
    if (found.company === 'alone' && this.state !== 'alone') this.epochs += 1;
    this.state = found.company;
    this.dataVersion = found.version;
    this.knows = found.knows;
    this.joinedAs = found.joinedAs;
    this.quietSinceMs = found.quietSinceMs;
    this.seenMs = nowMs;
    this.trustedUntilMs = nowMs + TRUST_MS;
    this.inDoubt = false;
    found.behind?.();
    this.options.onMet?.(found.company);
  }

  private look(nowMs: number) {
    const { file, onCompany, onDeaths } = this.options;
    // Nobody else can write from here on.
    const version = this.readDataVersion();
    const isForeign = this.dataVersion !== undefined && version !== this.dataVersion;
    const rows = file.all('processes').map(([name, seenAt, knows]) => ({
      name: String(name),
      seenAt: Number(seenAt),
      knows: Number(knows),
    }));
    const isKnown = rows.some(({ name }) => name === this.name);
    const latest = Math.max(this.knows, ...rows.map(({ knows }) => knows));
    const knows = isKnown ? latest : latest + 1;
    const joinedAs = isKnown ? this.joinedAs : knows;
    file.run('process', { name: this.name, now: this.options.nowMs(), knows });
    const others = rows.filter(({ name }) => name !== this.name);
    const dead = others.filter((other) => !this.isAlive(other));
    for (const { name } of dead) file.run('deleteProcess', { name });
    const alive = others.filter((other) => !dead.includes(other));
    const isThere = (other: string) => alive.some(({ name }) => name === other);
    const behind = dead.length > 0 ? onDeaths?.(isThere) : undefined;

    const isDisturbed = isForeign || this.inDoubt;
    const quietSinceMs = isDisturbed ? nowMs : this.quietSinceMs;
    const isQuiet = !isDisturbed && nowMs - quietSinceMs >= QUIET_MS;
    const isAwaited = alive.some((other) => other.knows < joinedAs);
    const company: Company = isAwaited ? 'joining' : alive.length === 0 && isQuiet ? 'alone' : 'shared';
    if (this.state === 'alone' && company !== 'alone') onCompany();
    return { company, version, knows, joinedAs, quietSinceMs, behind };
  }

  private isAlive({ name, seenAt }: { name: string; seenAt: number }): boolean {
    return Math.abs(this.options.nowMs() - seenAt) < ALIVE_MS && !isGone(name, this.name);
  }

  private readDataVersion(): number {
    return Number(this.options.file.get('dataVersion')?.[0]);
  }

  private latest(): number {
    return Number(this.options.file.get('latestProcess')?.[0] ?? 0);
  }
}
