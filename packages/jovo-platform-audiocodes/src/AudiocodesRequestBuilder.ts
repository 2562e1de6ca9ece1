import { RequestBuilder, type UnknownObject } from '@jovotech/framework';
import type { AudiocodesPlatform } from './AudiocodesPlatform';
import { AudiocodesRequest } from './AudiocodesRequest';
import { readActivity } from './events/read-activities';

let built = 0;

/** Requests for Jovo's TestSuite: activities as a gateway sends them. Each launch is a call of its own. */
export class AudiocodesRequestBuilder extends RequestBuilder<AudiocodesPlatform> {
  launch(json?: UnknownObject): AudiocodesRequest {
    built += 1;
    return this.request(json ?? { type: 'event', name: 'start' });
  }

  intent(json?: UnknownObject): AudiocodesRequest;
  intent(name?: string): AudiocodesRequest;
  intent(nameOrJson?: string | UnknownObject): AudiocodesRequest {
    if (typeof nameOrJson === 'object') return this.request(nameOrJson);
    return this.request({ type: 'message', text: nameOrJson ?? 'test' });
  }

  private request(activity: UnknownObject): AudiocodesRequest {
    const event = readActivity(activity);
    if (typeof event === 'string') throw new Error(`Not an activity that could be handled: ${event}`);
    return AudiocodesRequest.from({ ...event, callId: `test-conversation-${built}` });
  }
}
