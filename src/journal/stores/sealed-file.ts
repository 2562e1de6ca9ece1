import { type Cipher, createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import type { Sealing } from '../sealing';

const SALT_BYTES = 16;
const ID_BYTES = 4;
const HEAD_BYTES = ID_BYTES + SALT_BYTES;
const KEY_BYTES = 32;
const LENGTH_BYTES = 4;
const SUM_BYTES = 16;
const FRAME_BYTES = LENGTH_BYTES + SUM_BYTES;
const NO_IV = Buffer.alloc(16);
const AHEAD = Buffer.alloc(16 * 1024);
/** Longer records are no business of a file that is to be quick. */
export const MAX_RECORD_BYTES = 256 * 1024;
/** A record behind the key of its sum. Memory of its own for each would take longer than the rest. */
const SCRATCH = Buffer.allocUnsafeSlow(KEY_BYTES + MAX_RECORD_BYTES);

/**
 * Records that are only added, sealed as one stream: AES-256-CTR with keys of its own, and in the stream with each record
 * a keyed sum of it (SHA-256, cut to 128 bits). AES-GCM, which needs a cipher for each text, takes four times as long
 * where it is not used all the time.
 *
 * `key id (4) salt (16)`, then sealed for each record `length (4) sum (16) text`.
 */
export class SealedFile {
  private readonly file: number;
  private sealing: { stream: Keystream; sumKey: Buffer } | undefined;
  private bytes = 0;

  /** Creates the file, which must not exist. Throws if it cannot be written. */
  constructor(
    readonly path: string,
    private readonly keys: Pick<Sealing, 'keysFor'>,
  ) {
    this.file = openSync(path, 'wx', 0o600);
    this.empty();
  }

  get size(): number {
    return this.bytes;
  }

  /** Nothing is in it, and something can be added. */
  get isFresh(): boolean {
    return this.bytes === 0 && this.sealing !== undefined;
  }

  /** Adds a record. When that fails, by throwing or with `false`, nothing can be added until it was emptied. */
  add(record: string): boolean {
    const { sealing } = this;
    // A character takes three bytes at most.
    if (!sealing || record.length * 3 > MAX_RECORD_BYTES) return false;
    this.sealing = undefined;
    sealing.sumKey.copy(SCRATCH);
    const length = SCRATCH.write(record, KEY_BYTES, 'utf8');
    const end = KEY_BYTES + length;
    const sum = hash('sha256', SCRATCH.subarray(0, end), 'buffer');
    sum.copy(SCRATCH, KEY_BYTES - SUM_BYTES, 0, SUM_BYTES);
    SCRATCH.writeUInt32LE(length, KEY_BYTES - FRAME_BYTES);
    const from = KEY_BYTES - FRAME_BYTES;
    sealing.stream.into(SCRATCH, from, end);
    if (writeSync(this.file, SCRATCH, from, end - from, HEAD_BYTES + this.bytes) < end - from) return false;
    this.bytes += end - from;
    this.sealing = sealing;
    return true;
  }

  /**
   * Begins anew, with other keys. What was there is written over little by little: without its salt nobody can read it,
   * and a file that keeps its length is written faster.
   */
  empty(): void {
    this.sealing = undefined;
    this.bytes = 0;
    const salt = randomBytes(SALT_BYTES);
    const keys = keysOf(this.keys, salt);
    if (!keys) return;
    writeSync(this.file, Buffer.concat([keys.id, salt]), 0, HEAD_BYTES, 0);
    this.sealing = { stream: new Keystream(keys.cipher), sumKey: keys.sum };
  }

  delete(): void {
    this.sealing = undefined;
    closeSync(this.file);
    rmSync(this.path, { force: true });
  }
}

/** What a text is sealed with, made ahead: to ask the cipher for every record would take longer. */
class Keystream {
  private readonly cipher: Cipher;
  private ahead: Buffer;
  private used = 0;

  constructor(key: Buffer) {
    this.cipher = createCipheriv('aes-256-ctr', key, NO_IV);
    this.ahead = this.cipher.update(AHEAD);
  }

  /** Seals what lies there. */
  into(bytes: Buffer, from: number, end: number): void {
    for (let at = from; at < end; ) {
      if (this.used === AHEAD.length) {
        this.ahead = this.cipher.update(AHEAD);
        this.used = 0;
      }
      const { ahead, used } = this;
      const length = Math.min(end - at, AHEAD.length - used);
      for (let index = 0; index < length; index += 1) {
        bytes[at + index] = (bytes[at + index] as number) ^ (ahead[used + index] as number);
      }
      this.used += length;
      at += length;
    }
  }
}

/**
 * The records of a file, up to the first one that was not written to its end or was changed. Undefined where the key that
 * has sealed it is not known.
 */
export function readSealedFile(path: string, sealing: Pick<Sealing, 'keysFor'>): string[] | undefined {
  const file = readFileSync(path);
  if (file.length < HEAD_BYTES) return [];
  const keys = keysOf(sealing, file.subarray(ID_BYTES, HEAD_BYTES), file.subarray(0, ID_BYTES));
  if (!keys) return undefined;
  const plain = createDecipheriv('aes-256-ctr', keys.cipher, NO_IV).update(file.subarray(HEAD_BYTES));
  const records: string[] = [];
  for (let at = 0; at + FRAME_BYTES <= plain.length; ) {
    const from = at + FRAME_BYTES;
    const end = from + plain.readUInt32LE(at);
    const text = plain.subarray(from, end);
    const sum = hash('sha256', Buffer.concat([keys.sum, text]), 'buffer').subarray(0, SUM_BYTES);
    if (end > plain.length || !sum.equals(plain.subarray(at + LENGTH_BYTES, from))) break;
    records.push(text.toString('utf8'));
    at = end;
  }
  return records;
}

function keysOf(sealing: Pick<Sealing, 'keysFor'>, salt: Uint8Array, id?: Uint8Array) {
  const made = sealing.keysFor('log', salt, 2 * KEY_BYTES, id);
  return (
    made && { id: made.id, cipher: made.keys.subarray(0, KEY_BYTES), sum: made.keys.subarray(KEY_BYTES) }
  );
}
