import { App, type Plugin } from '@jovotech/framework';
import { AgentPlugin } from './agent/AgentPlugin';
import type { OutboundAgent } from './agent/outbound-agent';
import { CallEnd } from './components/CallEnd';
import { CallStart } from './components/CallStart';
import { Keypad } from './components/Keypad';
import { OutboundCall } from './components/OutboundCall';
import { Silence } from './components/Silence';
import { Talk } from './components/Talk';
import { TextMessage } from './components/TextMessage';
import { JournalSessions } from './journal/JournalSessions';
import type { Journal } from './journal/journal';

export interface AppOptions {
  agent: OutboundAgent;
  /** Where calls are kept between their events. */
  journal: Journal;
  /** One per network. */
  platforms: Plugin[];
  /** Told of every error that reaches the app. It may hold what was said: log its kind only. */
  onError(error: Error): void;
}

/** The Jovo app: networks, components, plugins. */
export function createApp({ agent, journal, platforms, onError }: AppOptions): App {
  const app = new App({
    components: [CallStart, Talk, Keypad, Silence, TextMessage, OutboundCall, CallEnd],
    plugins: [...platforms, new JournalSessions(journal), new AgentPlugin(agent)],
    logging: false,
    output: { validation: false },
  });
  silenceStockListener(app);
  writeStacksPlainly();
  app.onError(onError);
  return app;
}

/** Jovo's own listener prints whole errors, requests included: callers' numbers and words with them. */
function silenceStockListener(app: App): void {
  const listeners: unknown = Reflect.get(app, 'errorListeners');
  if (Array.isArray(listeners)) listeners.length = 0;
}

/**
 * Jovo has every stack looked up in source maps. Streams ask for the stack of each error that ends them, so that would be
 * a third of the time that an interruption takes; `node --enable-source-maps` does the same for whoever wants it.
 */
function writeStacksPlainly(): void {
  Reflect.deleteProperty(Error, 'prepareStackTrace');
}
