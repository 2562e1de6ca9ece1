import type { Clock } from '@jovo-telephony/telephony';
import type { Headers } from '../server/headers';
import type { Guard } from './guard';
import type { GatewayAnswer } from './lambda-door';

/** What a WebSocket API of API Gateway hands over, as far as it is used here. */
export interface GatewaySocketEvent {
  requestContext: {
    eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
    connectionId: string;
    /** Where its management API is: `https://{domainName}/{stage}`. */
    domainName?: string;
    apiId?: string;
    stage?: string;
  };
  /** Of the client, with `CONNECT` alone. */
  headers?: Headers | null;
  body?: string | null;
  isBase64Encoded?: boolean;
}

/** What Lambda gives to a handler, as far as it is used here. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

export interface LambdaSocketOptions {
  guard?: Guard;
  /** Handles one message to its end: what it says has left, and its call is kept. */
  message(data: Buffer, event: GatewaySocketEvent): Promise<void>;
  /** A connection has closed. */
  closed(connectionId: string): Promise<void>;
  /** Whether a timer is set or something else is still to be done: without a handler that waits it would not be. */
  busy(): boolean;
  clock: Clock;
}

export type LambdaSocketDoor = (event: GatewaySocketEvent, context: LambdaContext) => Promise<GatewayAnswer>;

/** The gateway waits 29 seconds for an answer. Then it tells the client of an error that is none. */
const ANSWER_WITHIN_MS = 27_000;
/** A function that is stopped by its host counts as failed, so it ends so much earlier. */
const BEFORE_TIMEOUT_MS = 1_000;
const LOOK_EVERY_MS = 50;

const DONE: GatewayAnswer = { statusCode: 200 };

/**
 * A WebSocket API as a Lambda handler. The token is asked for when the connection is opened. A message is answered
 * when its turn is over and nothing is left to be done, because Lambda stops all clocks then, or when the gateway would
 * wait no longer. What is not done by then is begun anew by whoever gets the next message of the call.
 */
export function lambdaSocketDoor(options: LambdaSocketOptions): LambdaSocketDoor {
  const { guard, message, closed, busy, clock } = options;
  const after = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  /** Never rejects: the client would be shown a message that is no action. */
  async function toItsEnd(work: Promise<void>, withinMs: number): Promise<void> {
    let isLate = false;
    const late = after(Math.max(0, withinMs)).then(() => {
      isLate = true;
    });
    // A failure has nobody to answer; the app's own listeners have heard of it.
    const done = work
      .catch(() => {})
      .then(async () => {
        while (busy() && !isLate) await after(LOOK_EVERY_MS);
      });
    await Promise.race([done, late]);
  }

  return async (event, context) => {
    const { eventType, connectionId } = event.requestContext;
    const leftMs = context.getRemainingTimeInMillis() - BEFORE_TIMEOUT_MS;
    if (eventType === 'CONNECT') {
      return !guard || (await guard(event.headers ?? {})) ? DONE : { statusCode: 401 };
    }
    if (eventType === 'DISCONNECT') {
      await toItsEnd(closed(connectionId), leftMs);
    } else {
      const data = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
      await toItsEnd(message(data, event), Math.min(leftMs, ANSWER_WITHIN_MS));
    }
    return DONE;
  };
}
