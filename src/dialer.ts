import { DialerError, type DialingServer, openDialingServer, openDialStore } from '@jovo-telephony/dialer';
import type { DialerSettings } from '@jovo-telephony/dialer/settings';
import type { Log } from './operations/log';
import { SettingsError } from './settings';
import { systemClock } from './system-clock';

/**
 * What this server does for calls of our own: takes the networks' reports, takes orders, and tells conversations which
 * call they are. Throws a `SettingsError` where something that it needs cannot be used.
 */
export async function openDialer(settings: DialerSettings, log: Log): Promise<DialingServer> {
  try {
    const store = await openDialStore(settings.store);
    const dialing = await openDialingServer({
      store,
      settings,
      clock: systemClock,
      wallMs: Date.now,
      random: Math.random,
      onUnknownStatus: (status) =>
        log.warn({ code: 'DIALER_STATUS_UNKNOWN', status }, 'A notification has a status that is not known'),
      onLost: (status) =>
        log.warn({ code: 'DIALER_NOTIFICATION_LOST', status }, 'A notification could not be delivered'),
    });
    return {
      ...dialing,
      async close() {
        await dialing.close();
        await store.close();
      },
    };
  } catch (error) {
    if (error instanceof DialerError) throw new SettingsError(error.message);
    throw error;
  }
}
