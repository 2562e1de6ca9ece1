import {
  App,
  BaseComponent,
  Component,
  type ComponentConstructor,
  Global,
  Handle,
  type OutputTemplate,
} from '@jovotech/framework';
import { InputType, type SipgateAiflowConfig, SipgateAiflowPlatform } from '../../src';

/** What a handler was given. */
export interface Seen {
  type: string;
  text?: string;
  digit?: string;
  bargedIn?: boolean;
  isNew: boolean;
  sessionId?: string;
  bargeInCount?: number;
  from?: string;
  to?: string;
}

type Handler = (this: BaseComponent, seen: Seen) => unknown;

/** An app that notes every event it handles and answers as it is told: by default it says the type of the event. */
export function recordingApp(handler: Handler = sayType, config: Partial<SipgateAiflowConfig> = {}) {
  const seen: Seen[] = [];

  @Global()
  @Component()
  class Recorder extends BaseComponent {
    LAUNCH() {
      return this.note();
    }
    @Handle({ global: true, types: Object.values(InputType) })
    all() {
      return this.note();
    }
    private note() {
      const info = this.$session.sessionInfo;
      const entry: Seen = {
        type: String(this.$input.type),
        text: this.$input.text,
        digit: this.$input.digit,
        bargedIn: this.$input.barged_in,
        isNew: this.$session.isNew,
        sessionId: this.$session.id,
        bargeInCount: this.$session.bargeInCount,
        from: info?.from_phone_number,
        to: info?.to_phone_number,
      };
      seen.push(entry);
      return handler.call(this, entry);
    }
  }

  return { ...appOf([Recorder], config), seen, types: () => seen.map(({ type }) => type) };
}

/** An app of the given components that keeps its warnings and its errors to itself. */
export function appOf(components: ComponentConstructor[], config: Partial<SipgateAiflowConfig> = {}) {
  const warnings: string[] = [];
  const platform = new SipgateAiflowPlatform({ onWarning: (warning) => warnings.push(warning), ...config });
  const app = new App({ components, plugins: [platform], logging: false });
  // Jovo's own listener prints every error; tests that provoke errors look at the answer instead.
  (Reflect.get(app, 'errorListeners') as unknown[]).length = 0;
  return { app, platform, warnings };
}

function sayType(this: BaseComponent, seen: Seen) {
  return this.$send({ message: seen.type } as OutputTemplate);
}
