// A gateway that is only played: no account, no phone rings. By its last digit a number answers (0, 8, 9), is busy (1),
// does not pick up (2), declines (3), fails (4), is an answering machine (5, 6) or a fax (7).
import { VoiceAiGateway } from '@jovo-telephony/phone-simulator';

const gateway = await VoiceAiGateway.start({
  port: 8090,
  bots: [
    {
      name: 'reminder-bot',
      maxConcurrentCalls: 3,
      result: ({ target }) => (target.endsWith('0') ? { result: 'confirmed' } : {}),
    },
  ],
  speed: 10,
});
console.log(`The gateway is at ${gateway.url}. Ctrl-C ends it.`);
