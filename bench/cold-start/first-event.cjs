// node first-event.cjs FILE: the first event of a call, handled by the Lambda handler in FILE.
const { resolve } = require('node:path');

const { handler } = require(resolve(process.argv[2]));
const session = {
  id: 'cold-start',
  account_id: '1',
  phone_number: '4921163550',
  direction: 'inbound',
  from_phone_number: '4915790000001',
  to_phone_number: '4921163550',
};
const body = JSON.stringify({ type: 'session_start', session });

handler({ requestContext: { http: { method: 'POST' } }, headers: {}, body }).then(
  ({ statusCode, body: answer }) => {
    const heard = statusCode === 200 ? JSON.parse(answer) : undefined;
    if (heard?.type !== 'speak') throw new Error(`Answered with ${statusCode}`);
    process.stdout.write('answered\n', () => process.exit(0));
  },
);
