// Notes, within a server, when it reads an interruption or a key, when it leaves a request to the model, and when a frame
// that stops the voice is on its socket: without this the figures would have the way to two other processes in them, and
// the time until those look.
import { createRequire } from 'node:module';
import { nowMs } from './spoken.mjs';

const { WebSocket } = createRequire(import.meta.url)('ws');

/** By request: "call 5 turn 3". */
const asked = {};
const left = {};
/** By call, one after the other. */
const pressed = {};
const stopped = {};

const noteIn = (times, id) => {
  times[id] ??= [];
  times[id].push(nowMs());
};

const { emit } = WebSocket.prototype;
WebSocket.prototype.emit = function (name, data, ...more) {
  if (name === 'message') {
    const { type, text, session } = JSON.parse(data);
    if (type === 'user_speak') asked[text] = nowMs();
    if (type === 'dtmf_received') noteIn(pressed, session.id);
  }
  return emit.call(this, name, data, ...more);
};

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
    if (type === 'barge_in') noteIn(stopped, id);
  }
};

export const noted = () => ({ asked, left, pressed, stopped });
