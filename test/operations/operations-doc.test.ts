import { readFileSync } from 'node:fs';
import { ALARMS } from '../../src/operations/alarms';
import { METRICS, PREFIX } from '../../src/operations/metrics';
import { SECRET_VARIABLES, VARIABLES } from '../../src/settings';

/** The cells of every row of a table, without marks of code. */
const rows = readFileSync('docs/operations.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')))
  .map(([, ...cells]) => cells);

const sorted = <T>(of: readonly T[]): string[] => of.map((each) => JSON.stringify(each)).sort();

test('docs/operations.md has every setting, with its default, and says which are secret', () => {
  const example = readFileSync('.env.example', 'utf8');
  const defaultOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(example)?.[1];
  const documented = rows.filter(([name = '']) => /^[A-Z][A-Z0-9_]+$/.test(name));
  const secrets: readonly string[] = SECRET_VARIABLES;
  expect(
    sorted(documented.map(([name, byDefault, what = '']) => [name, byDefault, /\bSecret\b/.test(what)])),
  ).toEqual(sorted(VARIABLES.map((name) => [name, defaultOf(name), secrets.includes(name)])));
});

test('docs/operations.md has every metric, in the words of the table', () => {
  const documented = rows.filter(([name = '']) => name.startsWith(PREFIX));
  const expected = Object.entries(METRICS).map(([name, { kind, labels, help }]) => [
    `${PREFIX}${name}`,
    kind,
    labels.map((label) => `\`${label}\``).join(', ') || 'none',
    help,
  ]);
  const plain = ([name, kind, labels = '', help]: readonly string[]) => [
    name,
    kind,
    labels.replaceAll('`', ''),
    help,
  ];
  expect(sorted(documented.map((cells) => plain(cells.slice(0, 4))))).toEqual(sorted(expected.map(plain)));
});

test('docs/operations.md has every alarm, in the words of the table', () => {
  const documented = rows.filter(([, severity = '']) => /^(critical|major|warning)$/.test(severity));
  const expected = Object.entries(ALARMS).map(([name, { severity, raised, cleared, code }]) => [
    name,
    severity,
    raised,
    cleared,
    code,
  ]);
  expect(sorted(documented.map((cells) => cells.slice(0, 5)))).toEqual(sorted(expected));
});
