import type { Clock } from '@jovo-telephony/telephony';
import { App } from '@jovotech/framework';
import { type SipgateAiflowConfig, SipgateAiflowPlatform } from '@lautmaler/jovo-platform-aiflow';
import { AgentPlugin } from './agent/AgentPlugin';
import type { Agent } from './agent/agent';
import { PHRASES, spokenLanguage } from './agent/phrases';
import { CallEnd } from './components/CallEnd';
import { CallStart } from './components/CallStart';
import { Keypad } from './components/Keypad';
import { Silence } from './components/Silence';
import { Talk } from './components/Talk';
import { TextMessage } from './components/TextMessage';
import { JournalSessions } from './journal/JournalSessions';
import type { Journal } from './journal/journal';

export interface AppOptions {
  agent: Agent;
  clock: Clock;
  /** Where calls are kept between their events. */
  journal: Journal;
  aiflow?: Partial<SipgateAiflowConfig>;
  /** Told of every error that reaches the app. It may hold what was said: log its kind only. */
  onError(error: Error): void;
}

/** The Jovo app: networks, components, plugins. */
export function createApp({ agent, clock, journal, aiflow, onError }: AppOptions): App {
  const app = new App({
    components: [CallStart, Talk, Keypad, Silence, TextMessage, CallEnd],
    plugins: [
      new SipgateAiflowPlatform({
        clock,
        keeper: journal,
        // The agent fills the wait of its own turns; the platform only where a handler is stuck.
        deadlines: { holdAfterMs: 3_000 },
        phrases: {
          hold: (language, attempt) => {
            const { hold } = PHRASES[spokenLanguage(language) ?? 'en'];
            return hold[attempt % hold.length] ?? '';
          },
          sorry: (language) => PHRASES[spokenLanguage(language) ?? 'en'].sorry,
        },
        ...aiflow,
      }),
      new JournalSessions(journal),
      new AgentPlugin(agent),
    ],
    logging: false,
    output: { validation: false },
  });
  silenceStockListener(app);
  app.onError(onError);
  return app;
}

/** Jovo's own listener prints whole errors, requests included: callers' numbers and words with them. */
function silenceStockListener(app: App): void {
  const listeners: unknown = Reflect.get(app, 'errorListeners');
  if (Array.isArray(listeners)) listeners.length = 0;
}
