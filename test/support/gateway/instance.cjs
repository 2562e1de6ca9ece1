'use strict';
/* Runs a function in a process of its own: node instance.cjs FOLDER, events by IPC. */
const { join } = require('node:path');

const { handler } = require(join(process.argv[2], 'index.js'));

process.on('message', async ({ id, event, deadlineMs }) => {
  const context = {
    awsRequestId: String(id),
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
  try {
    process.send({ id, result: await handler(event, context) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit(0));
