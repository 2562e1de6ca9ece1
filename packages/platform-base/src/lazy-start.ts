import type { App, Server } from '@jovotech/framework';
import { handleTurn } from './jovo/turn-request';

const starting = new WeakMap<App, Promise<void>>();

/** Starts the app, at most once however many events ask for it at the same time. */
export function startOnce(app: App): Promise<void> {
  let start = starting.get(app);
  if (!start) {
    start = app.initialize();
    starting.set(app, start);
  }
  return start;
}

/** Lets an app that was never initialized start with its first event: such a server is an example of the README. */
export function startOnFirstEvent(app: App): void {
  const { handle } = app;
  // `this` and not `app`: a TestSuite works on a clone of the app, which has this very function.
  app.handle = async function (this: App, server: Server): Promise<void> {
    if (this.isInitialized) return (await handleTurn(this, server)) ? undefined : handle.call(this, server);
    await startOnce(this);
    if (!this.isInitialized) throw new Error('The app could not be initialized');
    return this.handle(server);
  };
}
