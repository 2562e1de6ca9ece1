import { RequestBuilder, type UnknownObject } from '@jovotech/framework';
import { readEvents } from './events';
import type { SipgateAiflowPlatform } from './SipgateAiflowPlatform';
import { SipgateAiflowRequest } from './SipgateAiflowRequest';

let built = 0;

/** Requests for Jovo's TestSuite. Each launch is a call of its own. */
export class SipgateAiflowRequestBuilder extends RequestBuilder<SipgateAiflowPlatform> {
  launch(json?: UnknownObject): SipgateAiflowRequest {
    built += 1;
    return this.request(json ?? { type: 'session_start', session: { id: `test-session-${built}` } });
  }

  intent(json?: UnknownObject): SipgateAiflowRequest;
  intent(name?: string): SipgateAiflowRequest;
  intent(nameOrJson?: string | UnknownObject): SipgateAiflowRequest {
    if (typeof nameOrJson === 'object') return this.request(nameOrJson);
    return this.request({
      type: 'user_speak',
      text: nameOrJson ?? 'test',
      session: { id: `test-session-${built}` },
    });
  }

  private request(json: UnknownObject): SipgateAiflowRequest {
    const reading = readEvents(json);
    const event = reading.verdict === 'handle' ? reading.events[0] : undefined;
    if (!event) throw new Error('Not an AI Flow event that could be handled');
    return SipgateAiflowRequest.from(event);
  }
}
