import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import type { GatewaySocketEvent, PostToConnection } from '@jovo-telephony/platform-base';

type Sdk = typeof import('@aws-sdk/client-apigatewaymanagementapi');

/** Requests that get no answer: what a caller is to hear does not wait longer. */
const TIMEOUTS = { connectionTimeout: 1_000, requestTimeout: 2_000 };
/** At once, and twice more for a gateway that fails or turns requests away. */
const ATTEMPTS = 3;

/** The connections of a WebSocket API: what leaves for them goes through its management API. */
export class GatewayConnections {
  private readonly clients = new Map<string, ApiGatewayManagementApiClient>();

  private constructor(
    private readonly sdk: Sdk,
    private readonly url: string | undefined,
    private readonly region: string | undefined,
  ) {}

  /** Loads the SDK. `url`: instead of where the events say that the management API is. */
  static async open(url: string | undefined, region: string | undefined): Promise<GatewayConnections> {
    return new GatewayConnections(await import('@aws-sdk/client-apigatewaymanagementapi'), url, region);
  }

  /** How messages leave for the connections of the API that an event came from. */
  poster({ requestContext }: GatewaySocketEvent): PostToConnection {
    const { domainName = '', apiId, stage } = requestContext;
    // A domain of one's own has no management API.
    const ofApi = domainName.includes('.execute-api.');
    const host = ofApi ? domainName : `${apiId}.execute-api.${this.region}.amazonaws.com`;
    const client = this.clientFor(this.url ?? `https://${host}/${stage}`);
    return async (ConnectionId, Data) => {
      try {
        await client.send(new this.sdk.PostToConnectionCommand({ ConnectionId, Data }));
        return true;
      } catch (error) {
        if (error instanceof this.sdk.GoneException) return false;
        throw error;
      }
    };
  }

  private clientFor(endpoint: string): ApiGatewayManagementApiClient {
    const known = this.clients.get(endpoint);
    if (known) return known;
    const client = new this.sdk.ApiGatewayManagementApiClient({
      endpoint,
      region: this.region,
      maxAttempts: ATTEMPTS,
      requestHandler: TIMEOUTS,
    });
    this.clients.set(endpoint, client);
    return client;
  }
}
