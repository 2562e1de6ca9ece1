// A language model that notes, by the clock that all processes share, when it wrote the word that completes the first
// piece, and when somebody left its answer. Its words are the same for everybody.
import { createServer } from 'node:http';
import { answerOf, nowMs, pieceAt, TOKEN_MS, TTFT_MS } from './spoken.mjs';

/** By request: "call 5 turn 3". */
const written = {};
const left = {};
const finished = [];

const server = createServer((request, response) => {
  const body = [];
  request.on('data', (bytes) => body.push(bytes));
  request.on('end', () => {
    const { messages } = JSON.parse(Buffer.concat(body).toString());
    const key = messages.at(-1).content;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    let next = 0;
    const tokens = answerOf(key);
    const write = () => {
      const token = tokens[next];
      if (next === pieceAt) written[key] = nowMs();
      next += 1;
      response.write(chunk({ content: token }));
      if (next < tokens.length) timer = setTimeout(write, TOKEN_MS);
      else response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
    };
    let timer = setTimeout(write, TTFT_MS);
    response.on('close', () => {
      clearTimeout(timer);
      if (!response.writableFinished) left[key] = nowMs();
      else finished.push(key);
    });
  });
});

function chunk(delta, finish = null) {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

process.on('message', () => process.send({ written, left, finished }));
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
