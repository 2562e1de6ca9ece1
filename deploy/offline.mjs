// npm run serverless: the whole of serverless.yml on this machine, without an AWS account. serverless-offline stands for
// Lambda and both APIs, dynalite for DynamoDB; what runs is what would be deployed.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { parse } from 'yaml';

const HELP = `npm run serverless -- [options]
  --http-port N       of the webhook (3000)
  --websocket-port N  of the WebSocket (3001)
  --lambda-port N     of serverless-offline's own (3002)
  --no-bundle         runs what was bundled before
  --help              this text`;

const { values } = parseArgs({
  options: {
    'http-port': { type: 'string', default: '3000' },
    'websocket-port': { type: 'string', default: '3001' },
    'lambda-port': { type: 'string', default: '3002' },
    'no-bundle': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const ROOT = join(import.meta.dirname, '..');
const TABLE = 'jovo-telephony-offline-journal';
const httpPort = values['http-port'];
const socketPort = values['websocket-port'];
/** An emulator takes any key, but clients insist on one. Nothing of a real account gets in here. */
const KEYS = { AWS_ACCESS_KEY_ID: 'offline', AWS_SECRET_ACCESS_KEY: 'offline', AWS_REGION: 'eu-central-1' };

/** The table as it is deployed, in an emulator on a free port. Returns its address. */
async function startDynamo() {
  const server = dynalite({ createTableMs: 0 });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  const { Resources } = parse(readFileSync(join(ROOT, 'deploy/resources/journal.yml'), 'utf8'), {
    logLevel: 'error',
  });
  const { AttributeDefinitions, KeySchema, BillingMode } = Resources.JournalTable.Properties;
  const credentials = { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY };
  const client = new DynamoDBClient({ region: KEYS.AWS_REGION, endpoint, credentials });
  await client.send(
    new CreateTableCommand({ TableName: TABLE, AttributeDefinitions, KeySchema, BillingMode }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.05 }, { TableName: TABLE });
  client.destroy();
  return `dynamodb://${TABLE}?region=${KEYS.AWS_REGION}&endpoint=${endpoint}`;
}

if (!values['no-bundle']) {
  execFileSync(process.execPath, [join(ROOT, 'deploy/bundle.mjs'), '--no-cache'], { stdio: 'inherit' });
}
const journal = await startDynamo();
const osls = spawn(
  process.execPath,
  [
    join(ROOT, 'node_modules/osls/bin/serverless.js'),
    ...['offline', 'start', '--stage', 'offline', '--host', '127.0.0.1'],
    ...['--httpPort', httpPort, '--websocketPort', socketPort, '--lambdaPort', values['lambda-port']],
  ],
  {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...KEYS, JOURNAL_URL: journal },
  },
);
console.log(`webhook    http://127.0.0.1:${httpPort}/sipgate
websocket  ws://127.0.0.1:${socketPort}
Call it from another terminal, once both are listening:
  npm run phone -- --http --url http://127.0.0.1:${httpPort}/sipgate
  npm run phone -- --url ws://127.0.0.1:${socketPort}`);
osls.once('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => osls.kill(signal));
