import { CallInput, CallRequest, type InputType } from '@jovo-telephony/platform-base';
import { ownEvent } from './audiocodes-wire';
import { eventRule } from './events/event-rules';
import type { Audiocodes, AudiocodesEvent } from './types';

const NOTHING: AudiocodesEvent = ownEvent('soundWasNoise', '');

/** One event of AudioCodes VoiceAI Connect. Its typed value is in `event`. */
export class AudiocodesRequest extends CallRequest<Audiocodes> {
  static from(event: AudiocodesEvent): AudiocodesRequest {
    return new AudiocodesRequest().hold(event);
  }

  protected override get noEvent(): AudiocodesEvent {
    return NOTHING;
  }

  override getInputText(): string | undefined {
    return this.getInput().text;
  }

  /** Those of this network only are texts that Jovo need not know. */
  override getInputType(): InputType {
    return eventRule(this.event.type).inputType as InputType;
  }

  override getInput(): CallInput {
    const type = this.getInputType();
    const { event } = this;
    switch (event.type) {
      case 'message':
      case 'participantMessage':
      case 'speechHypothesis':
        return new CallInput({ type, text: event.value.text });
      case 'bargeIn':
        return new CallInput({ type, text: event.value.text, barged_in: true });
      case 'key':
        return new CallInput({ type, digit: event.value.keys });
      case 'keyEntry':
        return new CallInput({ type, digits: event.value.keys });
      case 'machineDetection':
        return new CallInput({ type, machine: event.value.machine });
      case 'transferFailed':
      case 'conversationEnd':
        return new CallInput({ type, reason: event.value.reasonCode ?? event.value.reason });
      default:
        return new CallInput({ type });
    }
  }

  override getSessionId(): string | undefined {
    return this.event.callId;
  }

  override isNewSession(): boolean {
    return this.event.type === 'start' || this.event.type === 'assistStart';
  }
}
