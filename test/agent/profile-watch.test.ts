import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type ProfileWatch, watchProfiles } from '../../src/agent/profiles/profile-watch';
import { loadProfiles, ProfileError } from '../../src/agent/profiles/profiles';

const BASE = `default: true
language: de-DE
voice: { provider: azure }
instructions: Sei freundlich.
`;

function office() {
  const folder = mkdtempSync(join(tmpdir(), 'agents-'));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  write('_base.yaml', `${BASE}greeting: "Eins."\n`);
  write('p.yaml', 'extends: _base.yaml\nname: P\n');
  return { folder, write, profiles: loadProfiles(folder) };
}

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300 && !done(); tries += 1) await pause(10);
  expect(done()).toBe(true);
}

describe('watching the profiles', () => {
  let watching: ProfileWatch | undefined;
  afterEach(() => watching?.close());

  test('a change is taken over, a faulty one is reported and the last good profiles stay', async () => {
    const { folder, write, profiles } = office();
    const faults: string[] = [];
    let changes = 0;
    watching = watchProfiles(
      folder,
      (next) => {
        changes += 1;
        profiles.replaceWith(next);
      },
      (error) => faults.push(...error.faults),
      { debounceMs: 40 },
    );

    // Several steps, one change; and it is the base that changes.
    for (const text of ['Zwei.', 'Drei.', 'Vier.']) write('_base.yaml', `${BASE}greeting: "${text}"\n`);
    await until(() => profiles.fallback.greeting === 'Vier.');
    expect(changes).toBe(1);

    write('p.yaml', 'extends: _base.yaml\nname: P\ncolour: blue\n');
    await until(() => faults.length > 0);
    expect(faults[0]).toContain('p.yaml:3: colour: this key is not known');
    expect(profiles.fallback.greeting).toBe('Vier.');

    write('p.yaml', 'extends: _base.yaml\nname: P\ngreeting: "Fünf."\n');
    await until(() => profiles.fallback.greeting === 'Fünf.');
  });

  test('other files are not its business; after closing nothing is reported', async () => {
    const { folder, write } = office();
    let told = 0;
    const count = () => {
      told += 1;
    };
    watching = watchProfiles(folder, count, count, { debounceMs: 20 });
    write('notes.txt', 'x');
    await pause(100);
    expect(told).toBe(0);

    write('p.yaml', 'name: [\n');
    await pause(5);
    watching.close();
    watching.close();
    write('p.yaml', 'extends: _base.yaml\nname: Q\n');
    await pause(100);
    expect(told).toBe(0);
  });

  test('a folder that does not exist', () => {
    const { folder } = office();
    rmSync(folder, { recursive: true });
    expect(() => watchProfiles(folder, fail, fail)).toThrow(ProfileError);
  });

  function fail(): never {
    throw new Error('must not be called');
  }
});
