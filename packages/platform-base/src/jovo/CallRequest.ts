import { randomUUID } from 'node:crypto';
import { type CapabilityType, JovoRequest } from '@jovotech/framework';
import type { WireTypes } from '../wire';
import type { CallInput } from './CallInput';
import { CallSession } from './CallSession';

/**
 * One event. The fields live in a payload that is neither enumerable nor merged onto the request: a body with a key
 * `getInputType` cannot shadow a method, and a deep body costs nothing.
 */
export abstract class CallRequest<T extends WireTypes> extends JovoRequest {
  private readonly payload!: T['event'];
  private locale?: string;

  /** To be called once, on a request that has just been made. */
  protected hold(event: T['event']): this {
    Object.defineProperty(this, 'payload', { value: event, writable: true, enumerable: false });
    Object.defineProperty(this, 'locale', { value: undefined, writable: true, enumerable: false });
    return this;
  }

  /** What a request without an event stands for: Jovo makes some of its own. */
  protected abstract get noEvent(): T['event'];

  /** The event as it is, in the fields of the wire. */
  get event(): T['event'] {
    return this.payload ?? this.noEvent;
  }

  toJSON(): T['event'] {
    return this.event;
  }

  abstract override getInputText(): string | undefined;
  abstract override getInputType(): string;
  abstract override getInput(): CallInput;
  /** Key of the call. */
  abstract override getSessionId(): string | undefined;
  abstract override isNewSession(): boolean;

  /** Jovo's own takes its time. */
  override getRequestId(): string {
    return randomUUID();
  }

  override getSession(): CallSession {
    return new CallSession({ id: this.getSessionId(), isNew: this.isNewSession() });
  }

  /** One row per call in a database: a second call of the same phone must not find the first one's state. */
  override getUserId(): string | undefined {
    return this.getSessionId();
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
