import { join } from 'node:path';
import { post, upgradeStatus } from '../support/call-server';
import { type RunningDynamo, startDynamo } from '../support/dynamo';
import { GatewayModel } from '../support/gateway/gateway-model';
import { LambdaModel, type LambdaOptions } from '../support/gateway/lambda-model';
import { processInstance } from '../support/gateway/process-instance';
import { playTogether, type Way } from '../support/play-calls';
import { type Bundles, bundles } from './bundles';

let built: Bundles;
let dynamo: RunningDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
  built = bundles('--memory', '0', '--no-zip');
}, 120_000);
afterAll(async () => {
  built.remove();
  await dynamo.stop();
});

const TOKEN = 'only the network knows';
const HTTP: Way = { network: 'sipgate', wire: 'http' };
const SOCKET: Way = { network: 'sipgate', wire: 'ws' };

const calls = (...names: string[]) => names.map((name) => join(__dirname, '..', 'calls', `${name}.yaml`));

/** Both functions as they are deployed, with a journal in DynamoDB, behind a model of both APIs. */
async function deployed(options: Pick<LambdaOptions, 'reuse'>) {
  const functionOf = (name: string) =>
    new LambdaModel({
      ...options,
      start: () =>
        processInstance({
          folder: join(built.folder, name),
          environment: { JOURNAL_URL: dynamo.url, GATEWAY_URL: gateway.endpoint, AIFLOW_API_KEY: TOKEN },
        }),
    });
  const [webhook, websocket] = [functionOf('webhook'), functionOf('websocket')];
  const gateway = await GatewayModel.start({ webhook, websocket });
  const urlOf = ({ wire }: Way) =>
    wire === 'http' ? `http://127.0.0.1:${gateway.port}/sipgate` : `ws://127.0.0.1:${gateway.port}/prod`;
  return { gateway, webhook, websocket, playing: { urlOf, token: TOKEN, unhurried: true } };
}

test('instances that are frozen between two events share their calls', async () => {
  const { gateway, webhook, websocket, playing } = await deployed({ reuse: 'always' });
  expect((await post(gateway.port, {}, { 'X-API-TOKEN': 'a guess' })).status).toBe(401);
  expect(await upgradeStatus(gateway.port, '/prod', { 'X-API-TOKEN': 'a guess' })).toBe(401);
  const scripts = calls('praxis-unterbrechung', 'cycles-transfer');
  expect(await playTogether(scripts, { ...playing, speed: 3 })).toEqual([]);
  // Stopping them is not their failure.
  const failures = [...webhook.failures, ...websocket.failures, ...gateway.errorsShown];
  await gateway.stop();
  expect(failures).toEqual([]);
  // Calls at the same time, and words that come while a function still listens for what follows a noise.
  expect(websocket.started).toBeGreaterThan(1);
  expect(websocket.invocations).toBeGreaterThan(websocket.started);
}, 120_000);

test('each event of a call is handled by a process that was started for it alone', async () => {
  const { gateway, webhook, websocket, playing } = await deployed({ reuse: 'never' });
  // Half a second for each process: at more than this speed callers would lose their patience.
  const faults = await Promise.all([
    playTogether(calls('praxis-verbinden', 'praxis-tasten'), { ...playing, speed: 2, ways: [HTTP] }),
    playTogether(calls('cycles-whole-call'), { ...playing, speed: 2, ways: [SOCKET] }),
  ]);
  expect(faults.flat()).toEqual([]);
  // Stopping them is not their failure.
  const failures = [...webhook.failures, ...websocket.failures, ...gateway.errorsShown];
  await gateway.stop();
  expect(failures).toEqual([]);
  for (const { started, invocations } of [webhook, websocket]) expect(started).toBe(invocations);
}, 120_000);
