import {
  ApiGatewayManagementApiClient,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { Clock } from '@jovo-telephony/telephony';
import { WebSocket } from 'ws';
import { GatewayModel, type GatewayOptions } from '../../../../test/support/gateway/gateway-model';
import { instanceOf, LambdaModel } from '../../../../test/support/gateway/lambda-model';
import {
  GatewayCallServer,
  LingeringClock,
  lambdaSocketDoor,
  type PostToConnection,
  tokenGuard,
} from '../../src';
import { SharedKeeper, SharedStore } from '../../src/testing';
import { type ToyHandler, toyProcess } from './toy-platform';
import type { Toy } from './toy-wire';

class ToyGatewayServer extends GatewayCallServer {
  readonly network = 'toy';
  protected override frame(actions: readonly object[]): unknown {
    return actions;
  }
}

/** A client of the real management API, as an instance has it. */
function posterTo(endpoint: () => string): PostToConnection {
  let client: ApiGatewayManagementApiClient | undefined;
  return async (ConnectionId, Data) => {
    client ??= new ApiGatewayManagementApiClient({
      endpoint: endpoint(),
      region: 'eu-central-1',
      credentials: { accessKeyId: 'toy', secretAccessKey: 'toy' },
    });
    try {
      await client.send(new PostToConnectionCommand({ ConnectionId, Data }));
      return true;
    } catch (error) {
      if (error instanceof GoneException) return false;
      throw error;
    }
  };
}

export type ToyInstance = Awaited<ReturnType<typeof toyProcess>> & { keeper: SharedKeeper };

/** Functions of the toy network behind a gateway: each instance is an app of its own, their calls are shared. */
export async function toyFunctions(
  handler: ToyHandler,
  clock: Clock,
  { token, ...options }: Omit<GatewayOptions, 'websocket' | 'webhook'> & { token?: string } = {},
) {
  const store = new SharedStore();
  const instances: ToyInstance[] = [];
  const start = () => {
    const keeper = new SharedKeeper(store, clock);
    const lingering = new LingeringClock(clock);
    const epochMs = () => 1_700_000_000_000 + clock.nowMs();
    const tokens = token ? [token] : [];
    const process = toyProcess(handler, { clock: lingering, epochMs, keeper, tokens });
    process.then((started) => instances.push({ ...started, keeper }));
    const post = posterTo(() => gateway.endpoint);
    const opened = process.then(({ app, platform }) =>
      lambdaSocketDoor({
        guard: tokenGuard({ tokens, header: 'X-Toy' }),
        clock: lingering,
        receiver: () => platform.receiver,
        message: (data, { requestContext }) =>
          app.handle(new ToyGatewayServer(requestContext.connectionId, JSON.parse(data.toString()), post)),
      }),
    );
    return instanceOf(async (event, context) => (await opened)(event, context));
  };
  const websocket = new LambdaModel({ start, timeoutMs: 120_000 });
  const gateway = await GatewayModel.start({ websocket, clock, ...options });
  return { gateway, websocket, instances, store, dial: (given = token) => dial(gateway, given) };
}

/** A connection to the gateway, from outside. */
export async function dial(gateway: GatewayModel, token: string | undefined) {
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/prod`, {
    headers: token ? { 'X-Toy': token } : {},
  });
  const frames: Toy['action'][][] = [];
  let closedWith: number | undefined;
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  socket.on('close', (code) => {
    closedWith = code;
  });
  socket.on('error', () => {});
  const status = await new Promise<number>((resolve) => {
    socket.once('open', () => resolve(101));
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  });
  return {
    status,
    socket,
    frames,
    said: () => frames.flat().map(({ do: does, text }) => text ?? does),
    send: (event: Toy['event'] | Record<string, unknown>) => socket.send(JSON.stringify(event)),
    get closedWith() {
      return closedWith;
    },
    hangUp: () => socket.terminate(),
  };
}
