import fc from 'fast-check';
import { phoneDigits } from '../src';

test.each([
  ['4921163550', '4921163550'],
  ['+4921163550', '4921163550'],
  ['004921163550', '4921163550'],
  ['+49 211 6355-0', '4921163550'],
  ['+49 (211) 63.55/0', '4921163550'],
  ['110', '110'],
  ['1'.repeat(15), '1'.repeat(15)],
  ['1'.repeat(16), undefined],
  ['12', undefined],
  ['', undefined],
  ['anonymous', undefined],
  ['+', undefined],
  ['++49211', undefined],
  ['49211+', undefined],
  ['49211;ext=5', undefined],
  ['sip:49211@example.com', undefined],
  ['٤٩٢١١', undefined],
  [undefined, undefined],
])('%p -> %p', (raw, digits) => expect(phoneDigits(raw)).toBe(digits));

test('the result is digits or nothing, and reading it again changes nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\+?[0-9 ()\-/.]{1,20}$/)), (raw) => {
      const digits = phoneDigits(raw);
      if (digits === undefined) return;
      expect(digits).toMatch(/^[0-9]{3,15}$/);
      if (!digits.startsWith('00')) expect(phoneDigits(digits)).toBe(digits);
    }),
    { numRuns: 5_000 },
  );
});
