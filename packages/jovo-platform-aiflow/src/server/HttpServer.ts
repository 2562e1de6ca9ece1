import { HttpCallServer } from '@jovo-telephony/platform-base';
import { NETWORK } from '../portable';

/** An event that is answered once, by a status and a body: HTTP and Lambda. */
export class HttpServer extends HttpCallServer {
  readonly network = NETWORK;
}
