import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const EVENTS = join(__dirname, '../../../../sample-requests/sipgate');
const FIXTURES = join(__dirname, '../fixtures');

export type Wire = { type: string; session: { id: string }; [field: string]: unknown };

/** An event as sipgate sends it, under its own call unless told otherwise. */
export function event(name: string, sessionId?: string): Wire {
  const parsed = JSON.parse(readFileSync(join(EVENTS, `${name}.json`), 'utf8'));
  return sessionId ? { ...parsed, session: { ...parsed.session, id: sessionId } } : parsed;
}

export function action(name: string): Record<string, unknown> | Record<string, unknown>[] {
  return JSON.parse(readFileSync(join(FIXTURES, 'actions', `${name}.json`), 'utf8'));
}

/** A malformed body, byte for byte. */
export function bad(name: string): string {
  return readFileSync(join(FIXTURES, 'bad', name), 'utf8');
}

export const eventNames = names(EVENTS);
export const actionNames = names(join(FIXTURES, 'actions'));
export const badNames = readdirSync(join(FIXTURES, 'bad'));

function names(folder: string): string[] {
  return readdirSync(folder).map((file) => file.replace(/\.json$/, ''));
}
