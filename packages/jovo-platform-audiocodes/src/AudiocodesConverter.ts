import { CallConverter, type RawAction } from '@jovo-telephony/platform-base';
import type { CallAction, NetworkCapabilities } from '@jovo-telephony/telephony';
import type { NormalizedOutputTemplate } from '@jovotech/output';
import { AudiocodesResponse } from './AudiocodesResponse';
import type { ActivityDraft } from './activities/drafts';
import { type Audiocodes, isActivity } from './types';

export const PLATFORM_ID = 'audiocodes';

/** The platform's own part of an output template: one activity or several, see `activities/drafts.ts`. */
export type AudiocodesTemplate = Partial<ActivityDraft> & { activities?: readonly ActivityDraft[] };

declare module '@jovotech/output/dist/types/models/NormalizedOutputTemplatePlatforms' {
  interface NormalizedOutputTemplatePlatforms {
    audiocodes?: AudiocodesTemplate;
  }
}

/** Output templates in the fields of the wire. */
export class AudiocodesConverter extends CallConverter<Audiocodes, AudiocodesResponse> {
  readonly platformName = PLATFORM_ID;
  readonly responseClass = AudiocodesResponse;

  constructor(protected readonly capabilities: NetworkCapabilities) {
    super();
  }

  /** As they are: how they are written depends on the call. */
  protected fromPortable(action: CallAction): RawAction {
    return { ...action };
  }

  protected say(words: string): RawAction {
    return { type: 'message', text: words };
  }

  /** One that only says how something is spoken takes its words from the message. */
  protected fromOwn(own: RawAction, words: RawAction | undefined): RawAction | RawAction[] {
    if (Array.isArray(own.activities)) return own.activities as RawAction[];
    const speaks = (own.type ?? 'message') === 'message' && own.text === undefined;
    return { type: 'message', ...(speaks && words), ...own };
  }

  fromResponse(response: AudiocodesResponse): NormalizedOutputTemplate[] {
    return response.actions.filter(isActivity).map((activity) => ({
      ...(activity.type === 'message' ? { message: activity.text } : {}),
      platforms: { [PLATFORM_ID]: { ...activity } as AudiocodesTemplate },
    }));
  }
}
