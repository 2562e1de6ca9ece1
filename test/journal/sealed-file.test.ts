import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Sealing } from '../../src/journal/sealing';
import { MAX_RECORD_BYTES, readSealedFile, SealedFile } from '../../src/journal/stores/sealed-file';

const SEED = Number(process.env.SEED ?? 20_261_126);
const folder = mkdtempSync(join(tmpdir(), 'sealed-'));
const sealing = new Sealing([Buffer.alloc(32, 'a key')]);
const fresh = () => join(folder, randomUUID());

afterAll(() => rmSync(folder, { recursive: true }));

function written(records: readonly string[]): string {
  const path = fresh();
  const file = new SealedFile(path, sealing);
  for (const record of records) expect(file.add(record)).toBe(true);
  return path;
}

const records = fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { maxLength: 30, size: 'max' });

test(`what was added is read again, whatever it says (seed ${SEED})`, () => {
  fc.assert(
    fc.property(records, (given) => {
      expect(readSealedFile(written(given), sealing)).toEqual(given);
    }),
    { seed: SEED, numRuns: 60 },
  );
});

test(`of a file that ends anywhere, or was changed, what stands before that is read (seed ${SEED})`, () => {
  const cut = fc.record({
    given: records,
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    flip: fc.boolean(),
  });
  fc.assert(
    fc.property(cut, ({ given, at, flip }) => {
      const path = written(given);
      const bytes = readFileSync(path);
      // The first 20 bytes name the key: without them nothing can be read.
      const place = 20 + Math.floor(at * (bytes.length - 20));
      if (flip && place < bytes.length) {
        bytes[place] = (bytes[place] as number) ^ 1;
        writeFileSync(path, bytes);
      } else truncateSync(path, place);
      const read = readSealedFile(path, sealing) ?? [];
      expect(read).toEqual(given.slice(0, read.length));
      let whole = 20;
      const before = given.filter((text) => {
        whole += 20 + Buffer.byteLength(text);
        return whole <= place;
      });
      expect(read).toHaveLength(before.length);
    }),
    { seed: SEED, numRuns: 200 },
  );
});

test('nothing of it can be read without the key, and one file says nothing of another', () => {
  const [one, two] = [written(['Ich heiße Meierling']), written(['Ich heiße Meierling'])];
  expect(readFileSync(one, 'latin1')).not.toContain('Meierling');
  expect(readFileSync(one).subarray(20).equals(readFileSync(two).subarray(20))).toBe(false);
  expect(readSealedFile(one, new Sealing([Buffer.alloc(32, 'another')]))).toBeUndefined();
  // A key that was changed, and is still there.
  const both = new Sealing([Buffer.alloc(32, 'another'), Buffer.alloc(32, 'a key')]);
  expect(readSealedFile(one, both)).toEqual(['Ich heiße Meierling']);
  expect(statSync(one).mode & 0o777).toBe(0o600);
});

test('it begins anew with other keys, and is gone when it was deleted', () => {
  const path = fresh();
  const file = new SealedFile(path, sealing);
  file.add('first');
  const before = readFileSync(path);
  file.empty();
  expect(file.isFresh).toBe(true);
  expect(readSealedFile(path, sealing)).toEqual([]);
  file.add('first');
  expect(readFileSync(path).equals(before)).toBe(false);
  expect(readSealedFile(path, sealing)).toEqual(['first']);
  file.delete();
  expect(() => readFileSync(path)).toThrow(/ENOENT/);
});

test('a record that is too long is not taken, and does no harm to the next one', () => {
  const path = fresh();
  const file = new SealedFile(path, sealing);
  const longest = 'x'.repeat(Math.floor(MAX_RECORD_BYTES / 3));
  expect(file.add(longest)).toBe(true);
  expect(file.add(`${longest}x`)).toBe(false);
  expect(file.add('short')).toBe(true);
  expect(readSealedFile(path, sealing)).toEqual([longest, 'short']);
});

test('a file that is there already is nobody else’s to write', () => {
  const path = written(['mine']);
  expect(() => new SealedFile(path, sealing)).toThrow(/EEXIST/);
  expect(readSealedFile(path, sealing)).toEqual(['mine']);
});
