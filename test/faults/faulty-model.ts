import type { ServerResponse } from 'node:http';
import { chunk, type HostileModel, hostileModel, startStream } from '../support/model-server';

/** One way in which a language model fails, and what is heard of it. */
export interface Fault {
  name: string;
  /** What the caller says to get it, in each language. */
  says: { de: string; en: string };
  answer(response: ServerResponse): void;
  /** How the turn ends for the caller: with an apology, or with these words. */
  ends: 'apology' | RegExp;
  /** Whether the request has to be closed before the model is done. */
  closed: boolean;
}

const HANG = (): void => {};
const WORDS = 'Nine to six is when we are open on most days of the week but not on Sundays today'.split(' ');

export const FAULTS: readonly Fault[] = [
  {
    name: 'hangs before the headers',
    says: { de: 'Frage eins, bitte.', en: 'Question one, please.' },
    answer: HANG,
    ends: 'apology',
    closed: true,
  },
  {
    name: 'hangs after the headers',
    says: { de: 'Frage zwei, bitte.', en: 'Question two, please.' },
    answer: startStream,
    ends: 'apology',
    closed: true,
  },
  {
    name: 'hangs after token 5',
    says: { de: 'Frage drei, bitte.', en: 'Question three, please.' },
    answer: (response) => {
      startStream(response);
      for (const word of WORDS.slice(0, 5)) response.write(chunk({ content: `${word} ` }));
    },
    ends: 'apology',
    closed: true,
  },
  {
    name: 'dribbles one token a second',
    says: { de: 'Frage vier, bitte.', en: 'Question four, please.' },
    answer: dribble,
    ends: /today\.$/,
    closed: false,
  },
  {
    name: 'sends a token of one megabyte',
    says: { de: 'Frage fünf, bitte.', en: 'Question five, please.' },
    answer: (response) => {
      startStream(response);
      response.write(chunk({ content: 'Blah blah. '.repeat(100_000) }));
    },
    ends: /Blah/,
    closed: true,
  },
  {
    name: 'sends a word of one megabyte',
    says: { de: 'Frage sechs, bitte.', en: 'Question six, please.' },
    answer: (response) => {
      startStream(response);
      response.write(chunk({ content: 'a'.repeat(1_000_000) }));
    },
    ends: /aaa|^(Sorry|Entschuldigung)/,
    closed: true,
  },
  {
    name: 'writes broken tool arguments',
    says: { de: 'Frage sieben, bitte.', en: 'Question seven, please.' },
    answer: (response) => callTool(response, 'transfer_call', '{"destination": "rec'),
    ends: 'apology',
    closed: false,
  },
  {
    name: 'asks for a tool again and again',
    says: { de: 'Frage acht, bitte.', en: 'Question eight, please.' },
    answer: (response) => callTool(response, 'look_up', '{}'),
    ends: 'apology',
    closed: false,
  },
];

function dribble(response: ServerResponse): void {
  startStream(response);
  let next = 0;
  const timer = setInterval(() => {
    const word = WORDS[next];
    next += 1;
    if (word !== undefined) {
      response.write(chunk({ content: next === WORDS.length ? `${word}.` : `${word} ` }));
      return;
    }
    clearInterval(timer);
    response.write(chunk({}, 'stop'));
    response.end('data: [DONE]\n\n');
  }, 1_000);
  response.on('close', () => clearInterval(timer));
}

function callTool(response: ServerResponse, name: string, json: string): void {
  startStream(response);
  response.write(chunk({ tool_calls: [{ index: 0, id: 'call-1', function: { name, arguments: json } }] }));
  response.write(chunk({}, 'tool_calls'));
  response.end('data: [DONE]\n\n');
}

export interface FaultyModel extends HostileModel {
  /** Requests that are still open, by the fault's name. */
  open(name: string): number;
}

/** Fails in the way the caller's last words name. */
export async function faultyModel(): Promise<FaultyModel> {
  const open = new Map<string, number>();
  const model = await hostileModel((response, body) => {
    const { messages } = JSON.parse(body) as { messages: { role: string; content: string }[] };
    const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
    const fault = FAULTS.find(({ says }) => Object.values(says).includes(said));
    if (!fault) throw new Error('Nobody has told the model how to fail');
    const count = (by: number) => open.set(fault.name, (open.get(fault.name) ?? 0) + by);
    count(1);
    response.on('close', () => count(-1));
    fault.answer(response);
  });
  return Object.assign(model, { open: (name: string) => open.get(name) ?? 0 });
}
