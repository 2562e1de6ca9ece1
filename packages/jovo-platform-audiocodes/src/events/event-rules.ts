import type { EventRule } from '@jovo-telephony/platform-base';
import { InputType } from '@jovo-telephony/telephony';
import type { EventType } from './event-values';
import { AudiocodesInputType } from './input-types';

/** What each type of event means to us. The only place where they are told apart, for every transport. */
export const EVENT_RULES: { readonly [T in EventType]: EventRule } = {
  start: { inputType: InputType.SESSION_START, means: 'start', awaitsAnswer: true },
  message: { inputType: InputType.USER_SPEAK, means: 'words', interrupts: true, awaitsAnswer: true },
  bargeIn: { inputType: InputType.USER_BARGE_IN, means: 'words', interrupts: true, awaitsAnswer: true },
  key: { inputType: InputType.DTMF_RECEIVED, awaitsAnswer: true },
  keyEntry: { inputType: InputType.DTMF_COLLECTED, awaitsAnswer: true, otherwise: 'key' },
  noUserInput: { inputType: InputType.USER_INPUT_TIMEOUT, means: 'silence', awaitsAnswer: true },
  transferFailed: { inputType: InputType.TRANSFER_FAILED, means: 'transfer_failed', awaitsAnswer: true },
  playFinished: { inputType: InputType.ASSISTANT_SPEECH_ENDED, means: 'speech_ended' },
  voiceDetected: { inputType: InputType.USER_SPEECH_STARTED, interrupts: 'sound', acceptsNoAction: true },
  soundWasNoise: { inputType: InputType.USER_SPEECH_ABANDONED },
  smsFailed: { inputType: InputType.SMS_FAILED, awaitsAnswer: true },
  conversationEnd: {
    inputType: InputType.SESSION_END,
    means: 'end',
    interrupts: true,
    acceptsNoAction: true,
  },
  // Nobody can hear us yet (spec 7.5).
  dialoutInitiated: { inputType: InputType.OUTBOUND_INITIATED, acceptsNoAction: true, otherwise: 'passing' },
  machineDetection: {
    inputType: InputType.MACHINE_DETECTED,
    interrupts: true,
    awaitsAnswer: true,
    otherwise: 'unknown',
  },
  // What only this network has.
  assistStart: { inputType: AudiocodesInputType.ASSIST_STARTED, otherwise: 'unknown' },
  participantMessage: { inputType: AudiocodesInputType.PARTICIPANT_SPOKE, otherwise: 'unknown' },
  transferAnswered: {
    inputType: AudiocodesInputType.TRANSFER_ANSWERED,
    acceptsNoAction: true,
    otherwise: 'passing',
  },
  speechHypothesis: {
    inputType: AudiocodesInputType.SPEECH_HYPOTHESIS,
    acceptsNoAction: true,
    otherwise: 'passing',
  },
  silenceDetected: {
    inputType: AudiocodesInputType.SILENCE_DETECTED,
    acceptsNoAction: true,
    otherwise: 'passing',
  },
  agentConnected: { inputType: AudiocodesInputType.AGENT_CONNECTED, otherwise: 'unknown' },
  speakerVerification: {
    inputType: AudiocodesInputType.SPEAKER_VERIFICATION,
    awaitsAnswer: true,
    otherwise: 'unknown',
  },
  unknown: { inputType: InputType.NOTIFICATION_EVENT_UNHANDLED },
  passing: { inputType: InputType.NOTIFICATION_EVENT_UNHANDLED, acceptsNoAction: true },
};

export function eventRule(type: string): EventRule {
  return Object.hasOwn(EVENT_RULES, type) ? EVENT_RULES[type as EventType] : EVENT_RULES.unknown;
}
