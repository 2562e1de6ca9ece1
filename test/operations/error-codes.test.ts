import { readFileSync } from 'node:fs';
import { DOOR_CODES } from '@jovo-telephony/platform-base';
import { ERROR_CODES } from '../../src/operations/error-codes';

test('docs/errors.md explains every code, in the words of the table', () => {
  const explained = readFileSync('docs/errors.md', 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, code]) => /^`[A-Z_]+`$/.test(code ?? ''))
    .map(([, code = '', meaning, advice]) => [code.replaceAll('`', ''), { meaning, advice }]);
  const plain = (text = '') => text.replaceAll(/[`’']/g, '');
  const words = (codes: [string, { meaning?: string; advice?: string }][]) =>
    codes.map(([code, { meaning, advice }]) => [code, plain(meaning), plain(advice)].join(' | ')).sort();
  expect(words(explained as [string, object][])).toEqual(words(Object.entries(ERROR_CODES)));
});

test('every code that a door answers with is in the table', () => {
  expect(Object.keys(ERROR_CODES)).toEqual(expect.arrayContaining(Object.values(DOOR_CODES)));
});
