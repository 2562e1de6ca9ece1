import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type CallEntry,
  type CallScript,
  playScript,
  readScript,
  transportsOf,
} from '@jovo-telephony/phone-simulator';

type Kind = 'http' | 'websocket';

export interface Playing {
  urlOf(transport: Kind): string;
  /** How much faster than life. */
  speed?: number;
  /** Transports that are played; what a script names besides is left out. */
  transports?: readonly Kind[];
  /** Without deadlines: those of the script, and the network's own. Where processes start, time is the machine's. */
  unhurried?: boolean;
}

/** Plays every script of a folder on the transports it names, as `npm run phone -- --script` does. */
export function playCalls(folder: string, port: () => number): void {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const urlOf = (transport: Kind) => `${transport === 'http' ? 'http' : 'ws'}://127.0.0.1:${port()}/sipgate`;
  for (const file of files) {
    const script = readScript(join(folder, file));
    test.each(kindsOf(script))(
      `${file}: ${script.title} (%s)`,
      async (transport) => {
        expect(await play(script, transport, { urlOf })).toEqual({ faults: [], transcript: [] });
      },
      60_000,
    );
  }
}

/** Plays scripts at the same time, and says what was not as they say; nothing if all went well. */
export async function playTogether(files: readonly string[], playing: Playing): Promise<object[]> {
  const calls = files.flatMap((file) => {
    const script = readScript(file);
    return kindsOf(script, playing.transports).map(async (transport) => {
      const { faults, transcript } = await play(script, transport, playing);
      return faults.length > 0 ? [{ file: basename(file), transport, faults, transcript }] : [];
    });
  });
  return (await Promise.all(calls)).flat();
}

function kindsOf(script: CallScript, among: readonly Kind[] = ['websocket', 'http']): Kind[] {
  return transportsOf(script).filter((kind): kind is Kind => among.includes(kind as Kind));
}

async function play(script: CallScript, transport: Kind, { urlOf, speed = 20, unhurried }: Playing) {
  const { failures, violations, entries } = await playScript(unhurried ? withoutLimits(script) : script, {
    url: urlOf(transport),
    transport,
    speed,
    call: unhurried ? { webhookTimeoutMs: 20_000 } : undefined,
  });
  const faults = [...failures, ...violations];
  return { faults, transcript: faults.length > 0 ? transcriptOf(entries) : [] };
}

function withoutLimits(script: CallScript): CallScript {
  return { ...script, limits: {}, steps: script.steps.map((step) => ({ ...step, withinMs: undefined })) };
}

/** What was said and done, for a look at a call that failed. */
function transcriptOf(entries: readonly CallEntry[]): string[] {
  return entries.map((entry) => JSON.stringify(entry)).filter((line) => !line.includes('"kind":"event"'));
}
