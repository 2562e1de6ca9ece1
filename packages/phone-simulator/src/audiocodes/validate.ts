/** What an administrator's *Validate* button does: GET on the address, `connection.validate` on a socket (spec 1.4, 2.4). */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { isObject, show } from '../checks';
import { urlFor, withinMs } from '../connection';
import type { HttpAnswer } from '../http-exchange';
import type { BotWireListener } from './bot-wire';
import { readFrame } from './frame-rules';

type Judge = Pick<BotWireListener, 'violation'>;

/** Looks at the answer to the GET, its body included. */
export function judgeValidation({ status, contentType, body }: HttpAnswer, judge: Judge): void {
  const wrong = (rule: string, sentence: string) => judge.violation(`validate.${rule}`, sentence, '1.4');
  if (status !== 200)
    return void wrong('status', `GET on the bot's address has status ${status}; expected 200.`);
  if (!/^application\/json\b/i.test(contentType)) {
    wrong('content_type', `The validation is of type "${contentType}"; expected application/json.`);
  }
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return void wrong('json', `The validation is not JSON: ${show(body)}.`);
  }
  if (isObject(json) && json.type === 'ac-bot-api' && json.success === true) return;
  wrong('body', `The validation's body is ${show(json)}; expected {"type":"ac-bot-api","success":true}.`);
}

const ANSWER_MS = 5000;

/** `connection.validate` on a short connection of its own; no conversation comes of it. */
export async function validateSocket(
  url: string,
  headers: Record<string, string>,
  judge: Judge,
): Promise<void> {
  const socket = new WebSocket(urlFor('websocket', url), { headers, perMessageDeflate: false });
  socket.on('error', () => undefined);
  try {
    const opened = await withinMs(once(socket, 'open'), ANSWER_MS).catch(() => undefined);
    // Whoever does not take the connection is found out by the call itself.
    if (!opened) return;
    socket.send(JSON.stringify({ type: 'connection.validate' }));
    const answer = await withinMs(once(socket, 'message'), ANSWER_MS);
    const { frame, violations } = readFrame(String(answer?.[0] ?? ''), '');
    for (const { rule, sentence, spec } of violations) judge.violation(rule, sentence, spec);
    if (frame?.type === 'connection.validated' && frame.success === true) return;
    const sentence = `connection.validate was answered ${show(frame)}; expected connection.validated.`;
    judge.violation('validate.socket', sentence, '2.4');
  } finally {
    socket.close(1000);
  }
}
