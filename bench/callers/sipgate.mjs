// Callers on sipgate's network: the simulator, in a process of its own.
import { createRequire } from 'node:module';
import { report, settings } from './report.mjs';

const require = createRequire(import.meta.url);
const { runLoad } = require('@jovo-telephony/phone-simulator');
const { port, calls, turns } = settings();

const result = await runLoad({
  call: { url: `ws://127.0.0.1:${port}/sipgate`, to: '4921163550', from: '4915790000001' },
  calls,
  turns: Array.from({ length: turns }, (_, turn) => `call {call} turn ${turn}`),
  check: (heard, call, turn) =>
    heard === `You said: call ${call} turn ${turn}.` ? undefined : `turn ${turn} got "${heard}"`,
});
report({ ...result, faults: [...result.faults, ...result.violations] });
