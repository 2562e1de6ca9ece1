import { join } from 'node:path';
import { GatewayModel } from '../support/gateway/gateway-model';
import { LambdaModel } from '../support/gateway/lambda-model';
import { processInstance } from '../support/gateway/process-instance';
import { playScripts } from '../support/play-calls';
import { type Bundles, bundles } from './bundles';

const CALLS = join(__dirname, '..', 'calls');

let built: Bundles;
let gateway: GatewayModel;
let websocket: LambdaModel;
beforeAll(async () => {
  built = bundles('--only', 'websocket', '--no-cache', '--no-zip');
  websocket = new LambdaModel({
    start: () =>
      processInstance({
        folder: join(built.folder, 'websocket'),
        environment: {
          GATEWAY_URL: gateway.endpoint,
          AWS_REGION: 'eu-central-1',
          AWS_ACCESS_KEY_ID: 'test',
          AWS_SECRET_ACCESS_KEY: 'test',
        },
      }),
  });
  gateway = await GatewayModel.start({ websocket });
}, 60_000);
afterAll(async () => {
  await gateway.stop();
  built.remove();
});

describe('calls over the WebSocket API', () => {
  playScripts(
    ['praxis-ganzer-anruf', 'praxis-unterbrechung', 'cycles-whole-call'].map((file) =>
      join(CALLS, `${file}.yaml`),
    ),
    { urlOf: () => `ws://127.0.0.1:${gateway.port}/prod`, transports: ['websocket'], speed: 5 },
  );
  test('x', () => {
    expect(websocket.failures).toEqual([]);
    console.log(websocket.started, websocket.invocations, gateway.errorsShown);
  });
});
