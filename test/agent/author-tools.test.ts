import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTools, ToolFileError } from '../../src/agent/author-tools';

const RIGHT = `name: 'free_slot', description: 'Finds a slot.', input: z.object({}), run: () => 1`;
const tool = (text: string) => `exports.tool = ({ z }) => ({ ${text} });`;

/** What somebody is told who writes these files. */
function faultOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  try {
    loadTools(folder);
  } catch (error) {
    if (error instanceof ToolFileError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  return '';
}

test('a sound file is a tool; a folder that is not there has none', () => {
  expect(faultOf({ 'a.js': tool(RIGHT), 'notes.md': '' })).toBe('');
  expect(loadTools('/nowhere')).toEqual([]);
});

test.each([
  ['nothing exported', 'module.exports = {};', /^a\.js: tool: expected exports\.tool = \(\{ z \}\) =>/],
  ['a name with blanks', tool(RIGHT.replace('free_slot', 'free slot')), /^a\.js: tool\.name: expected lower/],
  [
    'the name of one of ours',
    tool(RIGHT.replace('free_slot', 'hang_up')),
    /tool\.name: expected another name/,
  ],
  [
    'a filler in no language',
    tool(`${RIGHT}, filler: 'Moment'`),
    /tool\.filler: expected a text for each lang/,
  ],
  ['a syntax error', '\nthis is no code(', /^a\.js:2: cannot be loaded; .*SyntaxError: /],
  ['code that throws', `\n\nthrow new RangeError('no database');`, /^a\.js:3: .*RangeError: no database$/],
  ['a function that throws', 'exports.tool = () => nothing.there;', /^a\.js:1: .*nothing is not defined$/],
  ['a package that is not there', `require('no-such-package');`, /^a\.js\b.*Cannot find module 'no-such-/],
  ['something else thrown', 'throw 1;', /^a\.js: cannot be loaded; .*: 1$/],
])('%s stops the start with the file and what was expected', (_name, text, advice) => {
  const fault = faultOf({ 'a.js': text });
  expect(fault).toMatch(advice);
  expect(fault).not.toMatch(/\n\s+at /);
});

test('two files with the same name are told apart', () => {
  expect(faultOf({ 'a.js': tool(RIGHT), 'b.js': tool(RIGHT) })).toBe(
    'b.js: tool.name: expected another name; free_slot is that of a.js',
  );
});
