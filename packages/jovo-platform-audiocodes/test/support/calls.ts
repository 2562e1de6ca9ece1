import { type Gateway, gatewayFor } from './gateway';
import { type Handler, recordingApp } from './recording-app';

/** Apps behind gateways of their own, which are closed after each test. */
export function callsTo() {
  const open: Gateway[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((gateway) => gateway.close()));
  });
  return async (handler?: Handler, config = {}, door = {}) => {
    const recorder = recordingApp(handler, config);
    const gateway = await gatewayFor(recorder.app, door);
    open.push(gateway);
    return { ...recorder, gateway };
  };
}
