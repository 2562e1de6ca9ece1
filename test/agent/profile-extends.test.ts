// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of profiles are written like this
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { checkSource } from '../../src/agent/profiles/profile-faults';
import { merge, readSource } from '../../src/agent/profiles/profile-source';
import { loadProfiles } from '../../src/agent/profiles/profiles';

const BASE = `language: de-DE
voice: { provider: azure, voice: de-DE-KatjaNeural }
greeting: "Guten Tag."
instructions: Sei freundlich.
faq:
  - ask: ["Wann?"]
    answer: "Um acht."
destinations:
  reception:
    number: "4921163551"
    announce: "Ich verbinde."
`;

/** The faults of `p.yaml` in a folder of texts, or its profile. */
function read(files: Record<string, string>) {
  const source = readSource('p.yaml', (file) => (Object.hasOwn(files, file) ? files[file] : undefined));
  return Array.isArray(source) ? source : checkSource(source);
}

describe('a profile that extends a base', () => {
  test('objects merge, lists and single values replace', () => {
    const own = `extends: _base.yaml
name: P
voice: { voice: de-DE-ConradNeural }
faq:
  - ask: ["Wo?"]
    answer: "Hier."
destinations:
  reception: { announce: "Moment." }
  billing: { number: "4921163552", announce: "Ich verbinde." }
`;
    expect(read({ 'p.yaml': own, '_base.yaml': BASE })).toMatchObject({
      name: 'P',
      greeting: 'Guten Tag.',
      voice: { provider: 'azure', voice: 'de-DE-ConradNeural' },
      faq: [{ ask: ['Wo?'], answer: 'Hier.' }],
      destinations: {
        reception: { number: '4921163551', announce: 'Moment.' },
        billing: { number: '4921163552' },
      },
    });
  });

  test('bases have bases; the nearest wins', () => {
    const files = {
      'p.yaml': 'extends: _b.yaml\nname: P\n',
      '_b.yaml': 'extends: _a.yaml\ngreeting: Nearer.\n',
      '_a.yaml': `${BASE}name: A\n`,
    };
    expect(read(files)).toMatchObject({ name: 'P', greeting: 'Nearer.', language: 'de-DE' });
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'no such base',
      { 'p.yaml': 'name: P\nextends: _x.yaml\n' },
      'p.yaml:2: extends: there is no file _x.yaml',
    ],
    [
      'a base of a base that does not exist',
      { 'p.yaml': 'extends: _b.yaml\n', '_b.yaml': '\nextends: _x.yaml\n' },
      '_b.yaml:2: extends: there is no file _x.yaml',
    ],
    [
      'a base in another folder',
      { 'p.yaml': 'extends: ../_x.yaml\n' },
      'p.yaml:1: extends: expected the name of',
    ],
    ['a base that is no name', { 'p.yaml': 'extends: [a]\n' }, 'p.yaml:1: extends: expected the name of'],
    ['itself', { 'p.yaml': 'name: P\nextends: p.yaml\n' }, 'p.yaml:2: extends: goes in a circle: p.yaml -> '],
    [
      'a circle of three',
      {
        'p.yaml': 'extends: _a.yaml\n',
        '_a.yaml': 'extends: _b.yaml\n',
        '_b.yaml': 'name: B\nextends: _a.yaml\n',
      },
      '_b.yaml:2: extends: goes in a circle: p.yaml -> _a.yaml -> _b.yaml -> _a.yaml',
    ],
    ['a broken base', { 'p.yaml': 'extends: _b.yaml\n', '_b.yaml': 'x: [\n' }, '_b.yaml:'],
    [
      'a base that is a list',
      { 'p.yaml': 'extends: _b.yaml\n', '_b.yaml': '- x\n' },
      '_b.yaml:1: expected keys',
    ],
  ])('is refused: %s', (_, files, expected) => {
    expect(String(read(files))).toContain(expected);
  });

  test.each<[string, string, string, string]>([
    ['in the base', BASE.replace('azure', 'gramophone'), '', '_base.yaml:2: voice.provider: expected one of'],
    [
      'in the own file',
      BASE,
      'voice:\n  provider: gramophone\n',
      'p.yaml:4: voice.provider: expected one of',
    ],
    ['unknown, in the base', `${BASE}colour: blue\n`, '', '_base.yaml:12: colour: this key is not known'],
    [
      'missing in both: the own file',
      BASE.replace(/^greeting.*\n/m, ''),
      '',
      'p.yaml:1: greeting: is missing',
    ],
    [
      'missing below a key of the base',
      BASE.replace('    number: "4921163551"\n', ''),
      '',
      '_base.yaml:9: destinations.reception.number: is missing',
    ],
    [
      'missing in a list that replaces the one of the base',
      BASE,
      'faq:\n  - answer: "Um neun."\n',
      'p.yaml:4: faq.0.ask: is missing',
    ],
    [
      'inside an object that replaces a value of the base',
      BASE.replace(/^voice.*$/m, 'voice: x'),
      'voice:\n  colour: blue\n  provider: azure\n',
      'p.yaml:4: voice.colour: this key is not known',
    ],
    [
      'a placeholder on a later line of the base',
      BASE.replace('Sei freundlich.', '|\n  Eins.\n  Zwei ${call.form}.'),
      '',
      '_base.yaml:6: instructions: ${call.form} is no placeholder',
    ],
  ])('a fault is told where it stands: %s', (_, base, own, expected) => {
    expect(read({ 'p.yaml': `extends: _base.yaml\nname: P\n${own}`, '_base.yaml': base })).toContainEqual(
      expect.stringContaining(expected),
    );
  });
});

test('what a nearer base has replaced is not where a fault stands', () => {
  const files = {
    'p.yaml': 'extends: _b.yaml\nname: P\nvoice: { voice: x }\n',
    '_b.yaml': 'extends: _a.yaml\nvoice: none\n',
    '_a.yaml': BASE.replace('azure', 'gramophone'),
  };
  expect(read(files)).toEqual([expect.stringContaining('p.yaml:3: voice.provider: ')]);
});

test('a base answers no call, and its faults are told once for all that share it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agents-'));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  write('_base.yaml', BASE);
  write('a.yaml', 'extends: _base.yaml\nname: A\ndefault: true\n');
  write('b.yaml', 'extends: _base.yaml\nname: B\n');
  expect([...loadProfiles(folder).all.values()].map(({ name }) => name)).toEqual(['A', 'B']);

  write('_base.yaml', `${BASE}colour: blue\n`);
  expect(() => loadProfiles(folder)).toThrow(/^\S*_base\.yaml:12: colour: this key is not known[^\n]*$/);
});

describe('merging', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.integer()));
  const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
  /** Trees in which a key is an object everywhere or nowhere, by its depth. */
  const tree = (depth: number): fc.Arbitrary<Record<string, unknown>> =>
    fc
      .array(fc.tuple(key, depth === 0 ? leaf : tree(depth - 1)), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries));
  const anything = fc.oneof(leaf, tree(0), tree(1), tree(2));

  test('is associative where objects meet objects', () => {
    fc.assert(
      fc.property(tree(2), tree(2), tree(2), (a, b, c) => {
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
      }),
    );
  });

  test('changes neither base nor own, whatever they are', () => {
    fc.assert(
      fc.property(anything, anything, (base, own) => {
        const before = structuredClone([base, own]);
        merge(deepFrozen(base), deepFrozen(own));
        expect([base, own]).toEqual(before);
      }),
    );
  });

  test('with itself is itself; nothing is inherited from a key __proto__', () => {
    fc.assert(
      fc.property(tree(2), tree(2), (a, b) => {
        expect(merge(a, a)).toEqual(a);
        expect(Object.getPrototypeOf(merge(a, b))).toBe(Object.prototype);
      }),
    );
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  function deepFrozen<T>(value: T): T {
    if (typeof value === 'object' && value !== null) {
      for (const item of Object.values(value)) deepFrozen(item);
      Object.freeze(value);
    }
    return value;
  }
});
