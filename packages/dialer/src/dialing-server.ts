import type { Clock } from '@jovo-telephony/telephony';
import { NOTIFY_PATH } from './call/call-key';
import { OutboundJoin } from './call/join';
import { Clients } from './endpoint/clients';
import { DialoutEndpoint } from './endpoint/dialout-endpoint';
import { readDialoutFile } from './endpoint/dialout-file';
import { OrderedCalls } from './endpoint/ordered-calls';
import type { HttpHandler } from './http';
import { DIALOUT_PATH } from './network/audiocodes-network';
import { networkOf } from './network/networks';
import { notificationReceiver } from './notify/notification-receiver';
import { sharedSecret } from './notify/notify-secret';
import type { DialerSettings } from './settings';
import type { DialStore } from './store/dial-store';

export const TOKEN_PATH = '/oauth/token';

export interface DialingServerOptions {
  store: DialStore;
  settings: DialerSettings;
  clock: Clock;
  /** Wall-clock time, milliseconds since 1970. */
  wallMs(): number;
  /** From 0 up to 1. */
  random(): number;
  onUnknownStatus?(status: string): void;
  /** A notification to somebody who has ordered a call could not be delivered. */
  onLost?(status: number | undefined): void;
}

/** What a server does for calls of our own, besides holding the conversations. */
export interface DialingServer {
  /** Handlers by path, in the notation of Express. They read the body themselves. */
  routes: readonly { path: string; http: HttpHandler }[];
  /** Puts conversations and calls together. */
  join: OutboundJoin;
  close(): Promise<void>;
}

/** Throws a `DialerError` where the file of orders, or a setting that it needs, cannot be used. */
export async function openDialingServer(options: DialingServerOptions): Promise<DialingServer> {
  const { store, settings, clock, wallMs, random, onUnknownStatus, onLost } = options;
  const secret = await sharedSecret(store, 'notify', wallMs);
  const onNoted = () => void ordered?.calls.look();
  const receiver = notificationReceiver({ store, secret, wallMs, onNoted, onUnknown: onUnknownStatus });
  const ordered = settings.dialoutFile === undefined ? undefined : await orders(settings.dialoutFile);
  return {
    routes: [{ path: `${NOTIFY_PATH}/:key/:token`, http: receiver }, ...(ordered?.routes ?? [])],
    join: new OutboundJoin({ store, wallMs, onNoted }),
    close: async () => ordered?.calls.close(),
  };

  async function orders(path: string) {
    const file = readDialoutFile(path, settings.dialoutSecrets);
    const bots = [...file.bots].map(([name, bot]) => ({
      ...bot,
      name,
      outbound: networkOf({ ...bot, bot: bot.bot ?? name }, settings, { clock, wallMs }),
    }));
    const { publicUrl } = settings;
    const botOf = (name: string) => bots.find((bot) => bot.name === name);
    const calls = new OrderedCalls({
      store,
      clock,
      wallMs,
      random,
      reports: (name) => publicUrl !== undefined && (botOf(name)?.outbound.can.reports ?? false),
      callMs: (name) => (botOf(name)?.concurrentCallsExpirationSeconds ?? 1_200) * 1000,
      onLost,
    });
    await calls.start();
    const endpoint = new DialoutEndpoint({
      bots,
      clients: new Clients(file.clients, await sharedSecret(store, 'tokens', wallMs), wallMs),
      store,
      calls,
      wallMs,
      notify: publicUrl === undefined ? undefined : { publicUrl, secret },
    });
    return {
      calls,
      routes: [
        { path: TOKEN_PATH, http: endpoint.token },
        { path: DIALOUT_PATH, http: endpoint.dialout },
      ],
    };
  }
}
