import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Sealable, Sealing } from '../sealing';
import type { Lease, Page, TurnResult } from '../store';
import { readSealedFile, SealedFile } from './sealed-file';
import type { SqliteFile } from './sqlite-file';
import { type ResultTimes, resultValues } from './sqlite-statements';

/** What came of a turn, ready for the file. */
export interface LoggedResult extends ResultTimes, Pick<TurnResult, 'page' | 'state'> {}

/** What the file has not been told of one call. */
interface Untold {
  fence: number;
  /** As the file has it. */
  version: number;
  results: number;
  last?: LoggedResult;
  /** Of all results. */
  pages: Page[];
  /** What came since the last result. */
  notes: { number: number; event: Sealable }[];
}

/**
 * Four lines: `note fence version number - - "id"` or `result fence version now until at "id"`, then the facts of the page
 * and its words in base64, both empty where there are none, and the text of the event or the state.
 */
const RECORD = /^(note|result) (\d+) (\d+) (\S+) (\S+) (\S+) ("[^\n]*")\n([^\n]*)\n([^\n]*)\n/;

/** The file is told so long after it might have been. */
const TELL_AFTER_MS = 200;
/** So many calls at once, so that nothing waits for it. */
const TELL_AT_ONCE = 4;
/** A log as large as that is not waited for any longer. */
const MAX_BYTES = 8 * 1024 * 1024;
/** Behind the name of the file and before that of the process. */
const SUFFIX = '-turns-';

export interface TurnLogOptions {
  file: SqliteFile;
  path: string;
  /** Names this process among those that have the file open. */
  process: string;
  sealing: Sealing;
}

/**
 * Where a process that is alone on its file writes turns first: added to a file of its own, which takes a fifth of the
 * time of a statement. The file is told a moment later; what it was not told when a process dies is made up for from the
 * log. Fence and version say what the file knows already, so it does no harm to tell it twice.
 */
export class TurnLog {
  private log: SealedFile | undefined;
  private readonly untold = new Map<string, Untold>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: TurnLogOptions) {}

  /** Notes what came during a turn. False: it could not be written here. */
  note({ callId: id, fence, version }: Lease, number: number, event: Sealable): boolean {
    const head = `note ${fence} ${version} ${number} - - ${JSON.stringify(id)}`;
    if (!this.add(`${head}\n\n\n${event.text}`)) return false;
    this.ofCall(id, fence, version).notes.push({ number, event });
    return true;
  }

  /** Ends a turn. The caller knows that the call is its own. False: it could not be written here. */
  commit({ callId: id, fence, version }: Lease, result: LoggedResult): boolean {
    const { page, state, nowMs, untilMs } = result;
    const { atMs = '-', facts = '', words } = page ?? {};
    const head = `result ${fence} ${version} ${nowMs} ${untilMs} ${atMs} ${JSON.stringify(id)}`;
    const sealedWords = words ? Buffer.from(words).toString('base64') : '';
    if (!this.add(`${head}\n${facts}\n${sealedWords}\n${state.text}`)) return false;
    const call = this.ofCall(id, fence, version);
    call.results += 1;
    call.last = result;
    call.notes = [];
    if (page) call.pages.push(page);
    return true;
  }

  /** Tells the file all of a call, in a transaction of its own. Returns whether the call was as we know it. */
  tell(callId: string): boolean {
    return !this.untold.has(callId) || this.told([callId]);
  }

  /** Tells the file everything. */
  tellAll(): void {
    if (this.untold.size > 0) this.told([...this.untold.keys()]);
    this.empty();
  }

  /** The same within a transaction. It has to be told anew if that comes to nothing: {@link done} says that it did not. */
  write(): void {
    for (const id of this.untold.keys()) this.writeCall(id);
  }

  /** Everything was told. The log is not written any more, until it is. */
  done(): void {
    this.untold.clear();
    clearTimeout(this.timer);
    this.timer = undefined;
    this.log?.delete();
    this.log = undefined;
  }

  /**
   * Tells the file what processes have left that are no more. Within a transaction; returns what is to be done when it has
   * succeeded: what they have left is deleted.
   */
  takeOver(isThere: (process: string) => boolean): () => void {
    const { path, process, sealing } = this.options;
    const prefix = `${basename(path)}${SUFFIX}`;
    const paths: string[] = [];
    for (const name of readdirSync(dirname(path))) {
      if (!name.startsWith(prefix)) continue;
      const owner = decodeURIComponent(name.slice(prefix.length));
      if (owner === process || isThere(owner)) continue;
      const left = join(dirname(path), name);
      const records = readableRecords(left, sealing);
      // What cannot be read stays until somebody has its key.
      if (!records) continue;
      for (const record of records) this.replay(record);
      paths.push(left);
    }
    return () => {
      for (const path of paths) rmSync(path, { force: true });
    };
  }

  private replay(record: string): void {
    const { file, sealing } = this.options;
    const [head, kind, ...rest] = RECORD.exec(record) ?? [];
    // Of another version of this program.
    if (head === undefined) return;
    const [fence, version, first, untilMs, atMs] = rest.map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const [quotedId, facts, words] = rest.slice(5) as [string, string, string];
    const callId = JSON.parse(quotedId);
    const text = sealing.text(callId, record.slice(head.length));
    if (kind === 'note') {
      file.run('noteAt', { id: callId, fence, version, number: first, event: text.sealedText });
      return;
    }
    const page = facts ? { atMs, facts, words: words ? Buffer.from(words, 'base64') : undefined } : undefined;
    const times = { nowMs: first, untilMs };
    file.run('commit', resultValues({ callId, fence, version }, { page, state: text }, times));
  }

  private add(record: string): boolean {
    this.timer ??= setTimeout(this.tellSome, TELL_AFTER_MS).unref();
    try {
      this.log ??= this.create();
      if (this.log.size > MAX_BYTES) this.tellAll();
      return this.log.add(record);
    } catch {
      return false;
    }
  }

  private create(): SealedFile {
    const { path, process, sealing } = this.options;
    return new SealedFile(`${path}${SUFFIX}${encodeURIComponent(process)}`, sealing);
  }

  private ofCall(id: string, fence: number, version: number): Untold {
    const known = this.untold.get(id);
    if (known) return known;
    const call: Untold = { fence, version, results: 0, pages: [], notes: [] };
    this.untold.set(id, call);
    return call;
  }

  private readonly tellSome = (): void => {
    this.timer = undefined;
    try {
      if (this.untold.size > 0) this.told([...this.untold.keys()].slice(0, TELL_AT_ONCE));
      if (this.untold.size > 0) setImmediate(this.tellSome);
      else this.empty();
    } catch {
      this.timer ??= setTimeout(this.tellSome, TELL_AFTER_MS).unref();
    }
  };

  /** Returns whether all of them were as we know them. */
  private told(ids: readonly string[]): boolean {
    const taken = this.options.file.atomic(() => ids.filter((id) => this.writeCall(id)));
    for (const id of ids) this.untold.delete(id);
    return taken.length === ids.length;
  }

  private writeCall(id: string): boolean {
    const { file } = this.options;
    const call = this.untold.get(id);
    if (!call) return true;
    const { fence, version, results, last, pages, notes } = call;
    if (last) {
      for (const { atMs: at, facts, words = null } of pages.slice(0, -1))
        file.run('pageAt', { id, fence, version, at, facts, words });
      const result = { state: last.state, page: pages.at(-1) };
      const values = resultValues({ callId: id, fence, version }, result, last, results);
      if (file.run('commit', values) === 0) return false;
    }
    for (const { number, event } of notes)
      file.run('noteAt', { id, fence, version: version + results, number, event: event.sealedText });
    return true;
  }

  private empty(): void {
    if (this.log && !this.log.isFresh) this.log.empty();
  }
}

function readableRecords(path: string, sealing: Sealing): string[] | undefined {
  try {
    return readSealedFile(path, sealing);
  } catch {
    // Somebody else has taken it over, or it is not ours to read.
    return undefined;
  }
}
