import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { createDynamoTable } from '../../src/journal/stores/dynamodb-table';

/** A DynamoDB in this process, with conditional writes that behave like the service's. */
export interface RunningDynamo {
  /** The setting that a process needs to keep its journal here. */
  url: string;
  stop(): Promise<void>;
}

export async function startDynamo(): Promise<RunningDynamo> {
  const server: Server = dynalite({ createTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `dynamodb://Journal?region=eu-central-1&endpoint=http://127.0.0.1:${port}`;
  await createDynamoTable(url);
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        // What is still asked gets its answer first: the emulator would end this process.
        server.closeIdleConnections();
        server.close(() => resolve());
        setTimeout(() => server.closeAllConnections(), 500).unref();
      }),
  };
}
