import { logging } from '../../src/operations/call-log';
import { kindOf, type Log, loggedCallId } from '../../src/operations/log';
import { createLog } from '../../src/operations/pino-log';
import { plainLog } from '../../src/operations/plain-log';

/** What our own colours look like to a terminal. */
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

function linesOf(make: (write: (line: string) => void) => Log, use: (log: Log) => void): string[] {
  const lines: string[] = [];
  use(make((line) => lines.push(line)));
  return lines;
}

describe.each([
  ['of a server', (write: (line: string) => void) => createLog({ level: 'info', format: 'json', write })],
  ['of a function', (write: (line: string) => void) => plainLog('info', write)],
])('the log %s', (_name, make) => {
  test('one JSON object a line, with time, level and message', () => {
    const lines = linesOf(make, (log) => log.info({ network: 'sipgate', calls: 2 }, 'Started'));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      network: 'sipgate',
      calls: 2,
      msg: 'Started',
    });
  });

  test('below its level it says nothing', () => {
    expect(linesOf(make, (log) => log.debug({}, 'Turn'))).toEqual([]);
  });

  test('of a field that it does not know it tells the name only', () => {
    const [line = ''] = linesOf(make, (log) =>
      log.warn({ text: 'Mein Name ist Erika Muster', from: '4915790000001' }, 'Odd'),
    );
    expect(JSON.parse(line)).toMatchObject({ text: '[redacted]', from: '[redacted]' });
    expect(line).not.toMatch(/Erika|49157/);
  });

  test('what was refused is told: which action, and why', () => {
    const refused = { type: 'action_judged', network: 'sipgate', callId: 'call-1' } as const;
    const [line = ''] = linesOf(make, (log) =>
      logging(log)({ ...refused, action: 'transfer', allowed: false, reason: 'premium' }),
    );
    expect(JSON.parse(line)).toMatchObject({ action: 'transfer', result: 'refused', reason: 'premium' });
  });
});

test('the log for people: time, level, message, fields', () => {
  const [line = ''] = linesOf(
    (write) => createLog({ level: 'info', format: 'pretty', write }),
    (log) => log.error({ code: 'TURN_FAILED', callId: 'call-1', kind: 'APIError' }, 'Turn failed'),
  );
  const plain = line.replaceAll(COLOUR, '');
  expect(plain).toMatch(/^\d\d:\d\d:\d\d ERROR Turn failed code=TURN_FAILED callId=call-1 kind=APIError\n$/);
});

test('a terminal is not made to obey what is logged', () => {
  const [line = ''] = linesOf(
    (write) => createLog({ level: 'info', format: 'pretty', write }),
    (log) => log.info({ profile: 'x\u001b]0;title\u0007\u001b[2Jy' }, 'Started'),
  );
  expect(line.replaceAll(COLOUR, '')).not.toMatch(/\p{Cc}(?!$)/u);
});

describe('the id of a call', () => {
  test.each(['call-17', '6b1f0e0c-8d5f-4a53-9a3a-0a6a0c1d2e3f', 'CA_1:2'])('%s is logged as it is', (id) => {
    expect(loggedCallId(id)).toBe(id);
  });

  test.each([
    '4915790000001',
    '+4915790000001',
    'call-4915790000001',
    'Erika Muster',
    'erika.muster',
    'erika.1980',
    'erika',
    'erika@example.com',
    '0157',
    'x'.repeat(65),
    'a\nb',
    '',
  ])('%j might be anything: it is hashed, the same for the whole call', (id) => {
    expect(loggedCallId(id)).toMatch(/^hashed-[0-9a-f]{16}$/);
    expect(loggedCallId(id)).toBe(loggedCallId(id));
    expect(loggedCallId(`${id}x`)).not.toBe(loggedCallId(id));
  });
});

test('of an error only its kind and its status are told', () => {
  const error = Object.assign(new RangeError('Erika said 4711'), { status: 429 });
  expect(kindOf(error)).toEqual({ kind: 'RangeError', status: 429 });
  expect(kindOf('Erika said 4711')).toEqual({ kind: 'string' });
});
