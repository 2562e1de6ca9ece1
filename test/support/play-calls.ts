import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CallEntry, playScript, readScript, transportsOf } from '@jovo-telephony/phone-simulator';

/** Plays every script of a folder on the transports it names, as `npm run phone -- --script` does. */
export function playCalls(folder: string, port: () => number): void {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  for (const file of files) {
    const script = readScript(join(folder, file));
    test.each(transportsOf(script))(
      `${file}: ${script.title} (%s)`,
      async (transport) => {
        const url = `${transport === 'http' ? 'http' : 'ws'}://127.0.0.1:${port()}/sipgate`;
        const result = await playScript(script, { url, transport, speed: 20 });
        const faults = [...result.failures, ...result.violations];
        const heard = faults.length > 0 ? transcript(result.entries) : [];
        expect({ faults, transcript: heard }).toEqual({ faults: [], transcript: [] });
      },
      60_000,
    );
  }
}

/** What was said and done, for a look at a call that failed. */
function transcript(entries: readonly CallEntry[]): string[] {
  return entries.map((entry) => JSON.stringify(entry)).filter((line) => !line.includes('"kind":"event"'));
}
