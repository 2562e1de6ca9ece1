import type { ActivityParams, SessionParams } from '../parameters/parameters';
import type { Fields } from '../wire';
import type { ActivityName } from './activity-table';

/** An activity before it gets its id and time, and before it is checked. */
export interface ActivityDraft {
  type: 'message' | 'event';
  name?: ActivityName;
  text?: string;
  value?: Fields;
  activityParams?: ActivityParams;
  sessionParams?: SessionParams;
}

/** Parameters of one kind of activity, in the names of the wire. */
type Of<N extends keyof ActivityParams> = Pick<ActivityParams, N>;
type With<N extends keyof ActivityParams> = Required<Of<N>>;

export interface DraftOptions {
  activityParams?: ActivityParams;
  sessionParams?: SessionParams;
}

function event(
  name: ActivityName,
  activityParams?: ActivityParams,
  sessionParams?: SessionParams,
): ActivityDraft {
  return {
    type: 'event',
    name,
    ...(activityParams && { activityParams }),
    ...(sessionParams && { sessionParams }),
  };
}

/** Says plain text or SSML; the latter begins with `<speak` (spec 4.1). */
export function message(text: string, options: DraftOptions = {}): ActivityDraft {
  return { type: 'message', text, ...options };
}

/** Plays a file (spec 4.2). */
export function playUrl(
  params: With<'playUrlUrl'> & Of<'playUrlMediaFormat' | 'playUrlAltText' | 'playUrlCaching'>,
  more: ActivityParams = {},
): ActivityDraft {
  return event('playUrl', { ...more, ...params });
}

/** Transfers the call (spec 4.3); without a target, to the one that is configured at the gateway. */
export function transferCall(
  params: Of<
    | 'transferTarget'
    | 'handoverReason'
    | 'transferSipHeaders'
    | 'transferReferredByURL'
    | 'transferNotifications'
  >,
): ActivityDraft {
  return event('transfer', params);
}

/** Ends the call once what is queued has been heard (spec 4.4). */
export function hangUpCall(
  params: Of<'hangupReason' | 'hangupSipHeaders' | 'botOperationResult' | 'botOperationData'> = {},
): ActivityDraft {
  return event('hangup', Object.keys(params).length > 0 ? params : undefined);
}

/** Changes parameters without saying anything (spec 4.5). */
export function config(sessionParams: SessionParams): ActivityDraft {
  return event('config', undefined, sessionParams);
}

/** Hands data to the contact centre (spec 4.6). */
export function sendMetaData(value: Fields): ActivityDraft {
  return { ...event('sendMetaData'), value };
}

/** Starts to record the call (spec 4.7). */
export function startCallRecording(
  params: Of<'callRecordingServer' | 'callRecordingId' | 'callRecordingDestUsername'> = {},
): ActivityDraft {
  return event('startCallRecording', params);
}

export const stopCallRecording = (): ActivityDraft => event('stopCallRecording');
export const pauseCallRecording = (): ActivityDraft => event('pauseCallRecording');
export const resumeCallRecording = (): ActivityDraft => event('resumeCallRecording');

/** Begins to listen to a participant of somebody else's call (spec 4.8). */
export function startRecognition(targetParticipant: string): ActivityDraft {
  return event('startRecognition', { targetParticipant });
}

export function stopRecognition(targetParticipant: string): ActivityDraft {
  return event('stopRecognition', { targetParticipant });
}

/** Stops what is being played and drops what is queued (spec 4.9). */
export const abortPrompts = (): ActivityDraft => event('abortPrompts');

/** Says that the reply goes on (spec 4.10); the parameter of the same name on a message does, too. */
export const expectAnotherBotMessage = (): ActivityDraft => event('expectAnotherBotMessage');

/** Dials keys into the call (spec 4.11). */
export function sendDtmf(dtmfDigits: string): ActivityDraft {
  return event('sendDtmf', { dtmfDigits });
}

/** Voice biometrics (spec 4.12). The results come as events. */
export function speakerVerification(
  step: 'CreateSpeaker' | 'GetSpeakerStatus' | 'DeleteSpeaker' | 'Enroll' | 'Verify',
  speaker: Required<Pick<SessionParams, 'speakerVerificationSpeakerId' | 'speakerVerificationType'>>,
): ActivityDraft {
  return event(`speakerVerification${step}`, undefined, speaker);
}
