import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type CallEntry, playScript, readScript, transportsOf } from '@jovo-telephony/phone-simulator';

type Kind = 'http' | 'websocket';

export interface Playing {
  urlOf(transport: Kind): string;
  /** How much faster than life. */
  speed?: number;
  token?: string;
  /** Transports that are played; what a script names besides is left out. */
  transports?: readonly Kind[];
}

/** Plays every script of a folder on the transports it names, as `npm run phone -- --script` does. */
export function playCalls(folder: string, port: () => number): void {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  playScripts(
    files.map((file) => join(folder, file)),
    { urlOf: (transport) => `${transport === 'http' ? 'http' : 'ws'}://127.0.0.1:${port()}/sipgate` },
  );
}

export function playScripts(
  files: readonly string[],
  { urlOf, speed = 20, transports = ['http', 'websocket'], token }: Playing,
): void {
  for (const file of files) {
    const script = readScript(file);
    const kinds = transportsOf(script).filter((kind): kind is Kind => transports.includes(kind as Kind));
    if (kinds.length === 0) continue;
    test.each(kinds)(
      `${basename(file)}: ${script.title} (%s)`,
      async (transport) => {
        const result = await playScript(script, { url: urlOf(transport), transport, speed, token });
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
