// Notes, within a server, when it leaves a request to the model and when a frame that stops the voice is on its socket:
// without this the figure would have the way to two other processes in it, and the time until those look.
import { createRequire } from 'node:module';
import { nowMs } from './spoken.mjs';

const { WebSocket } = createRequire(import.meta.url)('ws');

/** By request: "call 5 turn 3". */
const left = {};
/** By call, one after the other. */
const stopped = {};

const { fetch } = globalThis;
globalThis.fetch = (url, init) => {
  const key = init.body && JSON.parse(init.body).messages.at(-1).content;
  init.signal?.addEventListener('abort', () => {
    left[key] = nowMs();
  });
  return fetch(url, init);
};

const { send } = WebSocket.prototype;
WebSocket.prototype.send = function (data, ...more) {
  send.call(this, data, ...more);
  if (!data.includes('"barge_in"')) return;
  for (const { type, session_id: id } of [JSON.parse(data)].flat()) {
    if (type !== 'barge_in') continue;
    stopped[id] ??= [];
    stopped[id].push(nowMs());
  }
};

export const noted = () => ({ left, stopped });
