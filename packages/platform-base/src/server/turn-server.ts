import { type AnyObject, type QueryParams, Server } from '@jovotech/framework';
import { TURN, type Turn, type TurnCarrier } from '../turn';
import type { WireTypes } from '../wire';
import { canPush, hasHeaders } from './any-server';
import { CallServer } from './CallServer';

/** What comes of a turn, instead of being sent. */
export interface Caught {
  respond(response: unknown): void;
  fail(error: unknown): void;
}

/** The server of an event, as the app sees it while it works on one turn: it carries the turn, and sends nothing. */
export function turnServer<T extends WireTypes>(
  server: Server,
  turn: Turn<T>,
  caught: Caught,
): Server & TurnCarrier<T> {
  if (server instanceof CallServer) return new TurnServer(server, turn, caught);
  // An app may use whatever else its own server has.
  const through: Server & TurnCarrier<T> = Object.create(server);
  through[TURN] = turn;
  through.getRequestObject = () => turn.event as unknown as AnyObject;
  through.setResponse = async (response: unknown) => caught.respond(response);
  through.fail = (error) => caught.fail(error);
  if (!hasHeaders(server)) through.getNativeRequestHeaders = () => ({});
  return through;
}

/** For servers of ours, whose members are known: an object with the server as its prototype takes 30 times as long. */
class TurnServer<T extends WireTypes> extends Server implements TurnCarrier<T> {
  readonly [TURN]: Turn<T>;
  readonly network: string;
  readonly connection?: unknown;
  /** Only where the server can push; that is what tells the two kinds of turn apart. */
  declare push?: (actions: readonly object[]) => unknown;

  constructor(
    private readonly server: CallServer,
    turn: Turn<T>,
    private readonly caught: Caught,
  ) {
    super();
    this[TURN] = turn;
    this.network = server.network;
    if (!canPush(server)) return;
    this.connection = server.connection;
    this.push = (actions) => server.push(actions);
  }

  override getRequestObject(): AnyObject {
    return this[TURN].event as unknown as AnyObject;
  }

  override getNativeRequestHeaders(): ReturnType<CallServer['getNativeRequestHeaders']> {
    return this.server.getNativeRequestHeaders();
  }

  override hasWriteFileAccess(): boolean {
    return this.server.hasWriteFileAccess();
  }

  override getQueryParams(): QueryParams {
    return this.server.getQueryParams();
  }

  override setResponseHeaders(): void {}

  override async setResponse(response: unknown): Promise<void> {
    this.caught.respond(response);
  }

  override fail(error: Error): void {
    this.caught.fail(error);
  }
}
