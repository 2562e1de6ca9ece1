import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { CallRef } from '@jovo-telephony/platform-base';
import { isOpaqueId } from '@jovo-telephony/telephony';

const FORMAT = 1;
const FORMAT_DEFLATED = 2;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 4;
const HEAD_BYTES = 1 + ID_BYTES + IV_BYTES + TAG_BYTES;
/** From here on a text is made smaller: stores have limits for one item. */
const DEFLATE_FROM_CHARS = 48 * 1024;
/** Where texts become bytes, of which a character takes three at most: memory of its own for each takes longer. */
const SCRATCH = Buffer.allocUnsafeSlow(3 * DEFLATE_FROM_CHARS);

interface Key {
  /** Names the key in what it has sealed. */
  id: Buffer;
  cipher: KeyObject;
  callers: KeyObject;
  secret: Uint8Array;
}

/** A text was sealed with a key that is not there any more, or was changed since. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** A `JOURNAL_KEY` that cannot be used. */
export class JournalKeyError extends Error {
  override readonly name = 'JournalKeyError';
}

/**
 * Seals what a journal keeps of words and numbers: AES-256-GCM, bound to the call it belongs to. The first key seals;
 * the others open what was sealed with them before, so that a key can be changed without losing what there is.
 */
export class Sealing {
  private readonly keys: readonly Key[];
  /** A nonce is never used twice: random for the process, counted within it. */
  private prefix = randomBytes(IV_BYTES - 4);
  private count = 0;
  private lastId: (CallRef & { id: string }) | undefined;

  /** @param secrets 32 bytes each, the one to seal with first */
  constructor(secrets: readonly Uint8Array[]) {
    this.keys = secrets.map(keyOf);
  }

  /** A text that is sealed when somebody asks for it. */
  text(callId: string, text: string): Sealable {
    return new CallText(this, callId, text);
  }

  seal(callId: string, text: string): Buffer {
    const [key] = this.keys;
    if (!key) throw new JournalKeyError('There is no key to seal with');
    const deflated = text.length >= DEFLATE_FROM_CHARS;
    const format = deflated ? FORMAT_DEFLATED : FORMAT;
    const iv = this.nextIv();
    const cipher = createCipheriv('aes-256-gcm', key.cipher, iv);
    cipher.setAAD(boundTo(format, callId));
    // As bytes: given a text, the cipher takes longer than both steps together.
    const plain = deflated
      ? deflateRawSync(text, { level: 1 })
      : SCRATCH.subarray(0, SCRATCH.write(text, 'utf8'));
    const words = cipher.update(plain);
    cipher.final();
    const sealed = Buffer.allocUnsafe(HEAD_BYTES + words.length);
    sealed[0] = format;
    key.id.copy(sealed, 1);
    iv.copy(sealed, 1 + ID_BYTES);
    cipher.getAuthTag().copy(sealed, HEAD_BYTES - TAG_BYTES);
    words.copy(sealed, HEAD_BYTES);
    return sealed;
  }

  /** Throws a `SealError` when it cannot be opened. */
  open(callId: string, sealed: Uint8Array): string {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const id = bytes.subarray(1, 1 + ID_BYTES);
    const key = this.keys.find((candidate) => candidate.id.equals(id));
    if (!key)
      throw new SealError(`It was sealed with key ${id.toString('hex')}, which is not in JOURNAL_KEY`);
    const iv = bytes.subarray(1 + ID_BYTES, 1 + ID_BYTES + IV_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key.cipher, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(bytes[0] ?? 0, callId));
    decipher.setAuthTag(bytes.subarray(HEAD_BYTES - TAG_BYTES, HEAD_BYTES));
    try {
      const plain = Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES)), decipher.final()]);
      return (bytes[0] === FORMAT_DEFLATED ? inflateRawSync(plain) : plain).toString('utf8');
    } catch {
      throw new SealError('It was changed, or belongs to another call');
    }
  }

  /**
   * Keys for one use, from the key with this id, or the first one; undefined where it is not known. `salt`: never the same
   * again.
   */
  keysFor(purpose: string, salt: Uint8Array, bytes: number, id?: Uint8Array): OneUse | undefined {
    const key = id ? this.keys.find((candidate) => candidate.id.equals(id)) : this.keys[0];
    return key && { id: key.id, keys: derived(key.secret, purpose, bytes, salt) };
  }

  /** What stands for a caller's number: the same for the same number and key, and no way back. */
  callerKey(number: string): string {
    const [key] = this.keys;
    return key ? hashed(key, digitsOf(number)) : '';
  }

  /** The same with every key that is known: calls may have been kept under an older one. */
  callerKeys(number: string): string[] {
    const digits = digitsOf(number);
    return this.keys.map((key) => hashed(key, digits));
  }

  /**
   * The id that a call is kept under: networks give their own, so the same one in two networks is two calls. One that
   * may say who calls is replaced by a keyed hash.
   */
  idOf({ network, callId }: CallRef): string {
    const { lastId } = this;
    // One call is asked for many times in a row.
    if (lastId?.callId === callId && lastId.network === network) return lastId.id;
    const [key] = this.keys;
    const id = `${network}/${isOpaqueId(callId) ? callId : `hashed-${key && hashed(key, callId)}`}`;
    this.lastId = { network, callId, id };
    return id;
  }

  private nextIv(): Buffer {
    if (this.count === 0xffff_ffff) this.prefix = randomBytes(IV_BYTES - 4);
    this.count = (this.count + 1) >>> 0;
    const iv = Buffer.allocUnsafe(IV_BYTES);
    this.prefix.copy(iv);
    iv.writeUInt32BE(this.count, IV_BYTES - 4);
    return iv;
  }
}

/** Keys made for one thing only. `id`: of the key that they were made from. */
export interface OneUse {
  id: Uint8Array;
  keys: Buffer;
}

/** A text of a call. What is kept of it is sealed, which costs nothing as long as nobody asks for it. */
export interface Sealable {
  readonly text: string;
  readonly sealed: Uint8Array;
  /** The same in base64. */
  readonly sealedText: string;
}

class CallText implements Sealable {
  private bytes: Buffer | undefined;

  constructor(
    private readonly sealing: Sealing,
    private readonly callId: string,
    readonly text: string,
  ) {}

  get sealed(): Buffer {
    this.bytes ??= this.sealing.seal(this.callId, this.text);
    return this.bytes;
  }

  get sealedText(): string {
    return this.sealed.toString('base64');
  }
}

const digitsOf = (number: string) => number.replace(/\D/g, '');

const hashed = ({ callers }: Key, text: string) =>
  createHmac('sha256', callers).update(text).digest('hex').slice(0, 32);

const boundTo = (format: number, callId: string) => Buffer.from(String.fromCharCode(format) + callId, 'utf8');

function keyOf(secret: Uint8Array): Key {
  const key = (purpose: string) => createSecretKey(derived(secret, purpose, 32, ''));
  const id = createHash('sha256').update('id').update(secret).digest().subarray(0, ID_BYTES);
  return { id, cipher: key('texts'), callers: key('callers'), secret };
}

function derived(secret: Uint8Array, purpose: string, bytes: number, salt: Uint8Array | string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, `jovo-telephony journal ${purpose}`, bytes));
}

/** `JOURNAL_KEY`: keys of 32 bytes in hexadecimal or base64, the one to seal with first, older ones behind commas. */
export function readJournalKey(text: string): Uint8Array[] {
  return text.split(',').map((each, index) => {
    const written = each.trim();
    const bytes = Buffer.from(written, /^[0-9a-f]{64}$/i.test(written) ? 'hex' : 'base64');
    if (bytes.length === 32) return bytes;
    const which = index === 0 ? 'a key' : `key ${index + 1}`;
    throw new JournalKeyError(
      `expected ${which} of 32 bytes in hexadecimal or base64, for example from: openssl rand -hex 32`,
    );
  });
}
