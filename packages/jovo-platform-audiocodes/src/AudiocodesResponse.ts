import { CallResponse, type HttpAnswer } from '@jovo-telephony/platform-base';
import { type Audiocodes, type AudiocodesAction, isActivity } from './types';
import type { Activity } from './wire';

/** The answer to a request, or one frame: activities in order. Nothing to do is an empty object (spec 1.6). */
export class AudiocodesResponse extends CallResponse<Audiocodes> {
  static of(actions: readonly AudiocodesAction[]): AudiocodesResponse {
    const response = new AudiocodesResponse();
    response.actions = [...actions];
    return response;
  }

  override hasSessionEnded(): boolean {
    return this.actions.some((action) => isActivity(action) && action.name === 'hangup');
  }

  toJSON(): { activities?: Activity[] } {
    const activities = this.actions.filter(isActivity);
    return activities.length > 0 ? { activities } : {};
  }

  override toAnswer(): HttpAnswer {
    return { status: 200, body: this };
  }
}
