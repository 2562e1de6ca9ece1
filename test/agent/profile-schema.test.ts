import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { profileSchema } from '../../src/agent/profiles/profile';
import { profileJsonSchema } from '../../src/agent/profiles/profile-json-schema';

const FOLDER = resolve('agents');

test('agents/profile.schema.json is what the code says', () => {
  const stored: unknown = JSON.parse(readFileSync(join(FOLDER, 'profile.schema.json'), 'utf8'));
  const isFresh = JSON.stringify(sorted(stored)) === JSON.stringify(sorted(profileJsonSchema()));
  if (!isFresh) throw new Error('agents/profile.schema.json is stale; regenerate it: npm run schema');
});

test('every shipped profile tells editors where the schema is', () => {
  for (const file of readdirSync(FOLDER).filter((name) => /\.ya?ml$/.test(name))) {
    expect(`${file}: ${readFileSync(join(FOLDER, file), 'utf8').split('\n')[0]}`).toBe(
      `${file}: # yaml-language-server: $schema=profile.schema.json`,
    );
  }
});

test('every key of a profile is in it and explained, and so is extends', () => {
  const { properties } = profileJsonSchema() as { properties: Record<string, { description?: string }> };
  expect(Object.keys(properties).sort()).toEqual([...Object.keys(profileSchema.shape), 'extends'].sort());
  const unexplained = Object.entries(properties).filter(([, { description }]) => !description);
  expect(unexplained.map(([key]) => key)).toEqual([]);
});

test('what a base may supply is required only without extends; lists replace and stay complete', () => {
  const schema = profileJsonSchema();
  expect(schema).toMatchObject({
    if: { not: { required: ['extends'] } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      required: expect.arrayContaining(['name', 'language', 'voice', 'greeting', 'instructions']),
      properties: {
        voice: { required: ['provider'] },
        destinations: { additionalProperties: { required: ['number', 'announce'] } },
      },
    },
    properties: { faq: { items: { required: ['ask', 'answer'] } } },
  });
  expect(schema.required).toBeUndefined();
});

/** The order of keys means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
