// Callers in jambonz's protocol, as small as it can be said; the same turns and the same check.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { report, settings } from './report.mjs';

const { port, calls, turns } = settings();
const answerMs = [];
const faults = [];

async function hold(call) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, 'ws.jambonz.org');
  const answers = [];
  let arrived = () => {};
  socket.on('message', (data) => {
    const { data: verbs } = JSON.parse(data.toString());
    const say = [verbs].flat().find((verb) => verb?.verb === 'say');
    if (say) answers.push(say.text);
    arrived();
  });
  await once(socket, 'open');
  const answer = async () => {
    while (answers.length === 0)
      await new Promise((resolve) => {
        arrived = resolve;
      });
    return answers.shift();
  };
  const id = `call-${call}`;
  const about = {
    call_sid: id,
    account_sid: 'a',
    application_sid: 'b',
    direction: 'inbound',
    from: '1',
    to: '2',
  };
  socket.send(JSON.stringify({ type: 'session:new', msgid: `${id}-0`, call_sid: id, b3: '', data: about }));
  await answer();
  for (let turn = 0; turn < turns; turn += 1) {
    const transcript = `call ${call} turn ${turn}`;
    const data = { ...about, reason: 'speechDetected', speech: { alternatives: [{ transcript }] } };
    const saidMs = performance.now();
    socket.send(
      JSON.stringify({ type: 'verb:hook', msgid: `${id}-${turn + 1}`, call_sid: id, hook: '/turn', data }),
    );
    const heard = await answer();
    answerMs.push(performance.now() - saidMs);
    if (heard !== `You said: ${transcript}.`) faults.push(`call ${call} turn ${turn} got "${heard}"`);
  }
  socket.terminate();
}

const startedMs = performance.now();
await Promise.all(Array.from({ length: calls }, (_, call) => hold(call)));
const durationMs = performance.now() - startedMs;
answerMs.sort((a, b) => a - b);
const at = (share) => answerMs[Math.min(answerMs.length - 1, Math.floor(answerMs.length * share))];
report({
  turns: answerMs.length,
  turnsPerSecond: (answerMs.length / durationMs) * 1000,
  answerMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
  faults,
});
