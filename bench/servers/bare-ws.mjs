// The physical limit: a bare `ws` server that reads and writes the same JSON and does nothing else.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { hello } from './hello.mjs';

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const voice = {
  tts: { provider: 'azure', language: 'de-DE', voice: 'de-DE-KatjaNeural' },
  barge_in: { strategy: 'minimum_characters', minimum_characters: 3 },
  user_input_timeout_seconds: 8,
};
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const event = JSON.parse(data.toString());
    const text = ANSWERS[event.type]?.(event);
    if (text) socket.send(JSON.stringify({ type: 'speak', session_id: event.session.id, text, ...voice }));
  });
});
const ANSWERS = { session_start: () => 'Hello.', user_speak: ({ text }) => `You said: ${text}.` };
hello(server);
