import { callOutput, InputType, say } from '@jovo-telephony/telephony';
import {
  App,
  BaseComponent,
  Component,
  type ComponentConstructor,
  Global,
  Handle,
} from '@jovotech/framework';
import { type AudiocodesConfig, AudiocodesInputType, AudiocodesPlatform } from '../../src';

/** What a handler was given. */
export interface Seen {
  type: string;
  text?: string;
  digit?: string;
  digits?: string;
  machine?: string;
  reason?: string;
  transferOutcome?: string;
  headers?: Readonly<Record<string, string>>;
  metadata?: Readonly<Record<string, string>>;
  from?: string;
  to?: string;
  direction?: string;
  /** Type of the event as the platform has it. */
  event: string;
}

export type Handler = (this: BaseComponent, seen: Seen) => unknown;

/** An app that notes every event it handles and answers as it is told: by default it says the type of the event. */
export function recordingApp(handler: Handler = sayType, config: Partial<AudiocodesConfig> = {}) {
  const seen: Seen[] = [];

  @Global()
  @Component()
  class Recorder extends BaseComponent {
    LAUNCH() {
      return this.note();
    }
    @Handle({ global: true, types: [...Object.values(InputType), ...Object.values(AudiocodesInputType)] })
    all() {
      return this.note();
    }
    private note() {
      const { type, text, digit, digits, machine, reason, transferOutcome } = this.$input;
      const {
        headers,
        metadata,
        from_phone_number: from,
        to_phone_number: to,
        direction,
      } = {
        ...this.$session.sessionInfo,
      };
      const event = (this.$request as unknown as { event: { type: string } }).event.type;
      const entry = {
        type: String(type),
        text,
        digit,
        digits,
        machine,
        reason,
        transferOutcome,
        headers,
        metadata,
        from,
        to,
        direction,
        event,
      };
      const given = Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
      seen.push(given as unknown as Seen);
      return handler.call(this, entry);
    }
  }

  return { ...appOf([Recorder], config), seen, types: () => seen.map(({ type }) => type) };
}

/** An app of the given components that keeps its warnings and its errors to itself. */
export function appOf(components: ComponentConstructor[], config: Partial<AudiocodesConfig> = {}) {
  const warnings: string[] = [];
  const platform = new AudiocodesPlatform({ onWarning: (warning) => warnings.push(warning), ...config });
  const app = new App({ components, plugins: [platform], logging: false });
  // Jovo's own listener prints every error; tests that provoke errors look at the answer instead.
  (Reflect.get(app, 'errorListeners') as unknown[]).length = 0;
  return { app, platform, warnings };
}

function sayType(this: BaseComponent, seen: Seen) {
  return this.$send(callOutput(say(seen.type)));
}
