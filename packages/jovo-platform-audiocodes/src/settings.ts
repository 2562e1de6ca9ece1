import type { SessionParams } from './parameters/parameters';
import type { AudiocodesNotes } from './types';

/** What holds for every call unless its profile says otherwise (spec 5). */
export interface CallDefaults {
  /** Session parameters over ours; a profile's own are over these. */
  sessionParams: SessionParams;
  /** Silence of the caller until `USER_INPUT_TIMEOUT`; 0 switches it off. */
  inputTimeoutMs: number;
}

/**
 * Everything is said out loud, since sources disagree on what holds without (spec 12, no. 23 to 26): words and keys
 * interrupt, keys are told, silence is told and ends nothing by itself, the end of every prompt is told.
 */
const OURS: SessionParams = {
  bargeIn: true,
  bargeInOnDTMF: true,
  bargeInMinWordCount: 1,
  sendDTMF: true,
  dtmfCollect: false,
  sendEventsToBot: ['noUserInput', 'playFinished'],
  userNoInputSendEvent: true,
  // How often in a row: our own ladder ends the call long before.
  userNoInputRetries: 20,
  userNoInputGiveUpTimeoutMS: 0,
};

/** What a gateway is told at the beginning of a call. */
export function sessionParamsFor(
  { sessionParams, inputTimeoutMs }: CallDefaults,
  { settings, firstLanguage }: Pick<AudiocodesNotes, 'settings' | 'firstLanguage'>,
): SessionParams {
  return {
    ...OURS,
    userNoInputTimeoutMS: inputTimeoutMs,
    // Whoever is spoken to in a language answers in it.
    ...(firstLanguage && { language: firstLanguage }),
    ...sessionParams,
    ...settings,
  };
}
