import type { CapabilityType } from '@jovotech/framework';
import { JovoRequest } from '@jovotech/framework';
import { inputTypeOf } from './events';
import { AiflowInput, type InputType } from './input';
import { SipgateAiflowSession } from './SipgateAiflowSession';
import type { AiflowEvent } from './wire';

const NOTHING: AiflowEvent = { type: '', session: { id: '' } };

/**
 * One event. The fields live in a payload that is neither enumerable nor merged onto the request: a body with a key
 * `getInputType` cannot shadow a method, and a deep body costs nothing.
 */
export class SipgateAiflowRequest extends JovoRequest {
  private readonly payload!: AiflowEvent;
  private locale?: string;

  static from(event: AiflowEvent): SipgateAiflowRequest {
    const request = new SipgateAiflowRequest();
    Object.defineProperty(request, 'payload', { value: event, writable: true, enumerable: false });
    Object.defineProperty(request, 'locale', { value: undefined, writable: true, enumerable: false });
    return request;
  }

  /** The event as it is, in the fields of the wire. */
  get event(): AiflowEvent {
    return this.payload ?? NOTHING;
  }

  toJSON(): AiflowEvent {
    return this.event;
  }

  /** Who started the call; undefined where the service does not say (treat as inbound). */
  getDirection(): 'inbound' | 'outbound' | undefined {
    return this.event.session.direction;
  }

  override getInputText(): string | undefined {
    return this.event.text;
  }

  override getInputType(): InputType {
    return inputTypeOf(this.event);
  }

  override getInput(): AiflowInput {
    const { text, digit, barged_in, reason } = this.event;
    return new AiflowInput({ type: this.getInputType(), text, digit, barged_in, reason });
  }

  override getSessionId(): string | undefined {
    return this.event.session.id;
  }

  override getSession(): SipgateAiflowSession {
    return new SipgateAiflowSession({ id: this.getSessionId(), isNew: this.isNewSession() });
  }

  override isNewSession(): boolean {
    return this.event.type === 'session_start' && this.event.repeated !== true;
  }

  /** One row per call in a database: a second call of the same phone must not find the first one's state. */
  override getUserId(): string | undefined {
    return this.event.session.id;
  }

  override getLocale(): string | undefined {
    return this.locale;
  }

  override setLocale(locale: string): void {
    this.locale = locale;
  }

  // What a phone call has none of.
  override getIntent(): undefined {}
  override setIntent(): void {}
  override getEntities(): undefined {}
  override getInputAudio(): undefined {}
  override getSessionData(): undefined {}
  override setSessionData(): void {}
  override setUserId(): void {}
  override getDeviceCapabilities(): CapabilityType[] | undefined {
    return undefined;
  }
}
