// Callers on sipgate's side of a socket, as small as it can be said. Each asks, hears the first piece, and then either
// listens on or interrupts with the next question; now and then a key is pressed in a quiet moment.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { FIRST_PIECE, nowMs } from '../servers/spoken.mjs';

const [port, calls, turns] = process.argv.slice(2).map(Number);
/** Two questions in so long in each call, of which the second interrupts the answer to the first. */
const TURN_MS = 12_000;

const ANSWER_WITHIN_MS = 10_000;

const heard = {};
const interrupted = {};
const stopsMs = [];
const faults = [];

async function hold(call) {
  const id = `bench-${process.pid}-${call}`;
  const session = { id, from_phone_number: '4915790000001', to_phone_number: '4921163550' };
  await sleep((TURN_MS * call) / calls);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/sipgate`);
  let arrived = () => {};
  socket.on('message', (data) => {
    const atMs = nowMs();
    for (const action of [JSON.parse(data.toString())].flat()) arrived(action, atMs);
  });
  await once(socket, 'open');
  /** When such an action came; undefined if it does not within a generous while. */
  const action = (fits) =>
    new Promise((resolve) => {
      const late = setTimeout(resolve, ANSWER_WITHIN_MS);
      arrived = (given, atMs) => {
        if (!fits(given)) return;
        clearTimeout(late);
        resolve(atMs);
      };
    });
  const send = (event) => socket.send(JSON.stringify({ ...event, session }));
  const greeted = action(({ type }) => type === 'speak');
  send({ type: 'session_start' });
  await greeted;
  let before;
  for (let turn = 0; turn < turns; turn += 1) {
    const beganMs = nowMs();
    const key = `call ${call} turn ${turn}`;
    const piece = action(({ type, text }) => type === 'speak' && text === FIRST_PIECE);
    if (before) interrupted[before] = nowMs();
    send({ type: 'user_speak', text: key, barged_in: before !== undefined });
    heard[key] = await piece;
    if (heard[key] === undefined) faults.push(`${key}: no answer`);
    // Every second answer is interrupted in its middle.
    before = turn % 2 === 0 ? key : undefined;
    if (before) continue;
    await sleep(Math.max(0, TURN_MS - (nowMs() - beganMs)));
    const stopped = action(({ type }) => type === 'barge_in');
    const pressedMs = nowMs();
    send({ type: 'dtmf_received', digit: '5' });
    const stoppedMs = await stopped;
    if (stoppedMs === undefined) faults.push(`${key}: no stop`);
    else stopsMs.push(stoppedMs - pressedMs);
  }
  socket.terminate();
}

await Promise.all(Array.from({ length: calls }, (_, call) => hold(call)));
process.send({ heard, interrupted, stopsMs, faults }, () => process.exit(0));
