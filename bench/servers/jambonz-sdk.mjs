// The named peer: the same turns on @jambonz/sdk, in its own protocol (say + gather, answered by actionHook).
import { createServer } from 'node:http';
import { createEndpoint } from '@jambonz/sdk/websocket';
import { hello } from './hello.mjs';

const server = createServer();
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const makeService = createEndpoint({ server, port: 0, logger: silent });
const listen = { input: ['speech'], actionHook: '/turn', timeout: 8 };
makeService({ path: '/' }).on('session:new', (session) => {
  session.on('/turn', (event) => {
    const transcript = event.speech.alternatives[0].transcript;
    session
      .say({ text: `You said: ${transcript}.` })
      .gather(listen)
      .reply();
  });
  session.on('error', () => {});
  session.say({ text: 'Hello.' }).gather(listen).send();
});
hello(server);
