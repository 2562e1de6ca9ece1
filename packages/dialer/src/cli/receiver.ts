import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DialerError } from '../errors';
import { notificationReceiver } from '../notify/notification-receiver';
import { notifySecret } from '../notify/notify-secret';
import type { DialStore } from '../store/dial-store';
import { type Io, line } from './io';

/** Takes the network's reports in this process, for as long as it runs. */
export async function openReceiver(
  store: DialStore,
  port: number,
  { wallMs, stderr }: Io,
  onNoted: () => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const handler = notificationReceiver({
    store,
    secret: await notifySecret(store, wallMs),
    wallMs,
    onNoted,
    onUnknown: (status) => line(stderr, `A notification has the status ${status}, which is not known here.`),
  });
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', () =>
      reject(
        new DialerError('DIALER_SETTINGS', [`--listen: the port ${port} is in use; choose another one.`]),
      ),
    );
    server.listen(port, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
