import { type AnyObject, type QueryParams, Server } from '@jovotech/framework';
import type { RefusalOptions } from './any-server';
import type { Headers } from './headers';

/** What our servers have in common: a parsed event, headers, and no files. */
export abstract class CallServer extends Server {
  /** Whose event it is. */
  abstract readonly network: string;

  constructor(
    protected readonly event: unknown,
    protected readonly headers: Headers = {},
  ) {
    super();
  }

  override getRequestObject(): AnyObject {
    return this.event as AnyObject;
  }

  override getNativeRequestHeaders(): { [name: string]: string | string[] | undefined } {
    return this.headers;
  }

  override hasWriteFileAccess(): boolean {
    return false;
  }

  override getQueryParams(): QueryParams {
    return {};
  }

  override setResponseHeaders(): void {}

  /** Turns the event away with a status, where the transport has one. */
  abstract refuse(status: number, error: string, options?: RefusalOptions): void;

  /** Reached when no platform knows the event. Nothing of the error leaves the process. */
  override fail(_error: Error): void {
    this.refuse(400, 'This is not an event that can be handled here');
  }
}
