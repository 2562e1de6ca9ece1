'use strict';
/*
 * Run by the Node that will run the function (see code-cache.mjs): node make-code-cache.cjs FOLDER webhook|websocket
 * It can be run alone, too, for example in the image of the runtime: it needs nothing but the folder.
 */
const { readdirSync, rmSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { gunzipSync } = require('node:zlib');

const [folder = '', kind = 'webhook'] = process.argv.slice(2);
const root = resolve(folder);

/** Numbers of the shipped profiles, so that German and English are both compiled. */
const CALLS = [
  { to: '4921163550', words: 'Wann haben Sie geöffnet?' },
  { to: '442079460123', words: 'When are you open?' },
];

function eventsOf({ to, words }, index) {
  const session = {
    id: `code-cache-${index}`,
    account_id: '1',
    phone_number: to,
    direction: 'inbound',
    from_phone_number: '4915790000001',
    to_phone_number: to,
  };
  return [
    { type: 'session_start', session },
    { type: 'user_speak', text: words, session },
    { type: 'assistant_speech_ended', session },
    { type: 'session_end', session },
  ];
}

const REQUESTS = {
  webhook: (event) => ({
    requestContext: { http: { method: 'POST' } },
    headers: {},
    body: JSON.stringify(event),
  }),
};

async function main() {
  for (const name of readdirSync(root, { recursive: true })) {
    if (String(name).endsWith('.cache')) rmSync(join(root, String(name)));
  }
  const { handler, load } = require(join(root, 'index.js'));
  const request = REQUESTS[kind];
  if (request) {
    for (const event of CALLS.flatMap(eventsOf)) {
      const { statusCode } = await handler(request(event));
      if (statusCode >= 300) throw new Error(`A call to ${folder} was answered with ${statusCode}`);
    }
  }
  // Parts that the calls had no use for are at least loaded.
  for (const file of readdirSync(join(root, 'parts'))) Object.values(load(`parts/${file}`));
  const { caches } = await handler({ codeCache: true });
  for (const [name, cache] of Object.entries(caches)) {
    writeFileSync(join(root, `${name}.cache`), gunzipSync(Buffer.from(cache, 'base64')));
  }
  console.log(`Node ${process.version}, ${process.arch}, V8 ${process.versions.v8}`);
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
