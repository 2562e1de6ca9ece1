// The physical limit of a conversation: a bare `ws` server and a bare `fetch` that is aborted. It knows no dialogue: a
// piece ends at a full stop with a word behind it, an interruption aborts, a key stops the voice.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { hello } from './hello.mjs';
import { noted } from './noting.mjs';

const url = `${process.env.OPENAI_BASE_URL}/chat/completions`;
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket) => {
  let answering;
  socket.on('message', (data) => {
    const event = JSON.parse(data.toString());
    const send = (action) => socket.send(JSON.stringify({ session_id: event.session.id, ...action }));
    if (event.type === 'session_start') send({ type: 'speak', text: 'Hello.' });
    if (event.type === 'dtmf_received') send({ type: 'barge_in' });
    if (event.type !== 'user_speak') return;
    answering?.abort();
    answering = new AbortController();
    answer(event.text, answering.signal, (text) => send({ type: 'speak', text })).catch(() => {});
  });
});

async function answer(content, signal, speak) {
  const body = JSON.stringify({ stream: true, messages: [{ role: 'user', content }] });
  const response = await fetch(url, { method: 'POST', body, signal });
  const decoder = new TextDecoder();
  let buffer = '';
  let text = '';
  for await (const bytes of response.body) {
    buffer += decoder.decode(bytes, { stream: true });
    const lines = buffer.split('\n\n');
    buffer = lines.pop();
    for (const line of lines) {
      if (!line.startsWith('data: {')) continue;
      text += JSON.parse(line.slice(6)).choices[0].delta.content ?? '';
      const end = text.search(/[.!?] \S/);
      if (end < 0) continue;
      speak(text.slice(0, end + 1));
      text = text.slice(end + 2);
    }
  }
}

hello(server, noted);
