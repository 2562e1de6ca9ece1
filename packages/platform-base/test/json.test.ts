import * as fc from 'fast-check';
import { JSON_LIMITS, readJsonText } from '../src';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const keys = (count: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, nth) => [`k${nth}`, nth])));

const LEVELS = expect.stringMatching(/at most \d+ levels/);
const KEYS = expect.stringMatching(/at most \d+ keys/);
const NOT_JSON = 'The body is not JSON';

test.each([
  ['at the limit of depth', nested(JSON_LIMITS.maxDepth), undefined],
  ['one deeper', nested(JSON_LIMITS.maxDepth + 1), LEVELS],
  ['at the limit of keys', keys(JSON_LIMITS.maxKeys), undefined],
  ['one more', keys(JSON_LIMITS.maxKeys + 1), KEYS],
  ['deep enough to end a stack', nested(1_000_000), LEVELS],
  ['deep and never closed', '['.repeat(1_000_000), LEVELS],
  ['brackets and colons in a text', JSON.stringify({ text: `"\\${'[{:'.repeat(5_000)}` }), undefined],
  ['cut off', '{"a":', NOT_JSON],
  ['nothing', '', NOT_JSON],
])('%s', (_what, text, fault) => {
  const reading = readJsonText(Buffer.from(text));
  expect('fault' in reading ? reading.fault : undefined).toEqual(fault);
});

test('what is within the limits is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value);
      expect(readJsonText(Buffer.from(text))).toEqual({ json: JSON.parse(text) });
    }),
  );
});

test('depth and keys are counted as the value has them', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? 1 + Math.max(0, ...Object.values(value).map((member) => depthOf(member)))
      : 0;
  const keysOf = (value: unknown): number =>
    typeof value === 'object' && value !== null
      ? (Array.isArray(value) ? 0 : Object.keys(value).length) +
        Object.values(value).reduce((sum: number, member) => sum + keysOf(member), 0)
      : 0;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value);
      const limits = { maxDepth: depthOf(value), maxKeys: keysOf(value) };
      expect(readJsonText(Buffer.from(text), limits)).toHaveProperty('json');
      if (limits.maxDepth > 0) {
        expect(readJsonText(Buffer.from(text), { ...limits, maxDepth: limits.maxDepth - 1 })).toEqual({
          fault: LEVELS,
        });
      }
      if (limits.maxKeys > 0) {
        const fault = { fault: KEYS };
        expect(readJsonText(Buffer.from(text), { ...limits, maxKeys: limits.maxKeys - 1 })).toEqual(fault);
      }
    }),
  );
});
