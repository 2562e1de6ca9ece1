import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { JournalKeyError, readJournalKey, SealError, Sealing } from '../../src/journal/sealing';

const SEED = Number(process.env.SEED ?? 20_260_506);
const one = randomBytes(32);
const two = randomBytes(32);

describe('what is kept of words is sealed', () => {
  test(`every text comes back, and is not to be seen (seed ${SEED})`, () => {
    const sealing = new Sealing([one]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.string(), (text, callId) => {
        const sealed = sealing.seal(callId, text);
        expect(sealing.open(callId, sealed)).toBe(text);
        if (text.length > 8) expect(sealed.includes(Buffer.from(text, 'utf8'))).toBe(false);
      }),
      { seed: SEED },
    );
  });

  test('a long text is made smaller', () => {
    const sealing = new Sealing([one]);
    const text = JSON.stringify(
      Array.from({ length: 3_000 }, (_, index) => ({ role: 'caller', text: `Satz ${index}` })),
    );
    const sealed = sealing.seal('a', text);
    expect(sealed.length).toBeLessThan(text.length / 3);
    expect(sealing.open('a', sealed)).toBe(text);
  });

  test('it cannot be moved to another call, nor changed', () => {
    const sealing = new Sealing([one]);
    const sealed = sealing.seal('a', 'Guten Tag');
    expect(() => sealing.open('b', sealed)).toThrow(SealError);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => sealing.open('a', changed)).toThrow(SealError);
      expect(() => sealing.open('a', sealed.subarray(0, at))).toThrow();
    }
  });

  test('no two are alike', () => {
    const sealing = new Sealing([one]);
    const all = Array.from({ length: 1_000 }, () => sealing.seal('a', 'ja').toString('hex'));
    expect(new Set(all).size).toBe(1_000);
  });

  test('a key is changed without losing what there is', () => {
    const before = new Sealing([one]);
    const sealed = before.seal('a', 'Guten Tag');
    const after = new Sealing([two, one]);
    expect(after.open('a', sealed)).toBe('Guten Tag');
    const anew = after.seal('a', 'Guten Abend');
    expect(() => before.open('a', anew)).toThrow(/not in JOURNAL_KEY/);
    expect(new Sealing([two]).open('a', anew)).toBe('Guten Abend');
    expect(after.callerKeys('+49 171 1234567')).toEqual([
      new Sealing([two]).callerKey('491711234567'),
      before.callerKey('491711234567'),
    ]);
  });

  test('a caller key says nothing of the number', () => {
    const sealing = new Sealing([one]);
    expect(sealing.callerKey('491711234567')).toMatch(/^[0-9a-f]{32}$/);
    expect(sealing.callerKey('491711234567')).not.toBe(sealing.callerKey('491711234568'));
    expect(sealing.callerKey('491711234567')).not.toBe(new Sealing([two]).callerKey('491711234567'));
  });

  test('JOURNAL_KEY is read in hexadecimal and base64, and a bad one is told with advice', () => {
    const keys = `${one.toString('hex')}, ${two.toString('base64')}`;
    expect(readJournalKey(keys).map((key) => Buffer.from(key))).toEqual([one, two]);
    expect(() => readJournalKey('secret')).toThrow(JournalKeyError);
    expect(() => readJournalKey(`${one.toString('hex')},short`)).toThrow(
      /key 2 of 32 bytes.*openssl rand -hex 32/,
    );
  });
});
