import { existsSync } from 'node:fs';
import {
  type DialledCall,
  type DialStore,
  dialledCalls,
  isPostgres,
  openDialStore,
  streamOf,
} from '@jovo-telephony/dialer';
import { readDialerSettings } from '@jovo-telephony/dialer/settings';

/** The other half of calls that we have placed: what the dialer's own records say, by the key that the journal has. */
export class DialledCalls {
  private store: Promise<DialStore | undefined> | undefined;
  private readonly streams = new Map<string, ReturnType<typeof dialledCalls>>();

  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {}

  /** Undefined without a key, where there are no records, and for calls that were placed by somebody else. */
  async of(key: string | undefined): Promise<DialledCall | undefined> {
    const stream = streamOf(key);
    if (key === undefined || stream === undefined) return undefined;
    this.store ??= this.open();
    const store = await this.store;
    if (!store) return undefined;
    const calls = this.streams.get(stream) ?? dialledCalls(store, stream);
    this.streams.set(stream, calls);
    return (await calls).get(key);
  }

  async close(): Promise<void> {
    await (await this.store)?.close();
  }

  private async open(): Promise<DialStore | undefined> {
    const { store: at } = readDialerSettings(this.environment);
    // To look must not make a file.
    return isPostgres(at) || existsSync(at) ? openDialStore(at) : undefined;
  }
}
