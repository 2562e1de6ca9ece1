/** What every wire needs: when something arrived, how much is read, how long is waited, the address. */

/** When JSON arrived, seen from the agent: only what it sent *after* it knew of the end is its fault. */
export type ArrivedWhen = 'in_call' | 'in_flight' | 'after_end';

/** Longest answer that is read: a 30 s loop is 1.25 MB of base64, and clips may be longer. */
export const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Ends a wait that nobody else will end; real time, because sockets live in it. */
export function withinMs<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The same address by the other kind of connection: `ws://host/path` is `http://host/path`. */
export function urlFor(kind: 'websocket' | 'http', url: string): string {
  return url.replace(
    /^(ws|http)(s?):/i,
    (_all, _scheme, secure) => `${kind === 'http' ? 'http' : 'ws'}${secure}:`,
  );
}
