import { join } from 'node:path';
import { parseScript, playScript, readScript, SimulatorError, transportsOf, wiresOf } from '../src';
import { type BotPeer, config, message, receptionBot, startBot, transferTo } from './audiocodes-peer';
import { type Agent, type Peer, receptionist, speak, startPeer } from './peer';

let peer: Peer | undefined;
afterEach(async () => {
  await peer?.close();
  peer = undefined;
});

async function play(
  steps: string,
  more: { agent?: Agent; head?: string; transport?: 'websocket' | 'http' } = {},
) {
  peer = await startPeer(more.agent ?? receptionist);
  const script = parseScript(`title: Probe\n${more.head ?? ''}\nsteps:\n${steps}`, 'probe.yaml');
  const transport = more.transport ?? 'websocket';
  return playScript(script, {
    url: peer.url(transport),
    transport,
    speed: 40,
    patienceMs: 400,
    call: { settleMs: 80, answerMs: 500 },
  });
}

const failure = async (...args: Parameters<typeof play>) => {
  const result = await play(...args);
  expect(result.passed).toBe(false);
  return result.failures.map((each) => each.message).join('\n');
};

describe.each(['websocket', 'http'] as const)('over %s', (transport) => {
  test('a whole call passes', async () => {
    const file = join(__dirname, 'fixtures/calls/whole-call.yaml');
    peer = await startPeer(receptionist);
    const result = await playScript(readScript(file), { url: peer.url(transport), transport, speed: 40 });
    expect(result.failures).toEqual([]);
    expect(result).toMatchObject({ passed: true, title: 'Ein Anruf mit allem', transport, violations: [] });
  });
});

describe('on AudioCodes', () => {
  let bot: BotPeer | undefined;
  afterEach(async () => {
    await bot?.close();
    bot = undefined;
  });

  test.each(['http', 'http+ws', 'ws'] as const)('the same whole call passes over %s', async (wire) => {
    const file = join(__dirname, 'fixtures/calls/whole-call.yaml');
    bot = await startBot(receptionBot, { websocket: wire === 'http+ws' });
    const url = wire === 'ws' ? bot.wsUrl : bot.httpUrl;
    const result = await playScript(readScript(file), { url, network: 'audiocodes', wire, speed: 40 });
    expect(result.failures).toEqual([]);
    expect(result).toMatchObject({ passed: true, network: 'audiocodes', wire, violations: [] });
  });

  test("actions are known by names that hold everywhere, by sipgate's, and by the wire's own", async () => {
    bot = await startBot(({ activity }) =>
      activity.name === 'start'
        ? [config({ bargeIn: true }), message('Hallo.'), transferTo('tel:+4921163551')]
        : undefined,
    );
    const script = parseScript(
      'title: Probe\nsteps:\n  - hears: Hallo\n  - does: configure\n  - does: speak\n    with: { text: Hallo. }\n' +
        '  - does_not: hangup\n  - does: transfer\n    with: { to: "+4921163551" }\n  - transfers_to: "4921163551"',
    );
    const result = await playScript(script, {
      url: bot.httpUrl,
      network: 'audiocodes',
      speed: 40,
      call: { answerMs: 300 },
    });
    expect(result.failures).toEqual([]);
  });
});

describe('expectations that hold', () => {
  test.each([
    ['capitals and line breaks do not matter', '  - hears: "PRAXIS   sommer"'],
    ['a regular expression', '  - hears: /guten\\s+(tag|morgen)/i'],
    ['any of several', '  - hears: ["Guten Morgen", "guten Tag"]'],
    ['text across two sentences, in order', '  - hears: Praxis\n  - hears: Tag'],
    ['not heard', '  - hears_not: Morgen'],
    ['silence', '  - hears: Tag\n  - is_silent: 2s'],
    ['an action', '  - does: speak\n    with: { text: "Praxis Sommer, guten Tag." }'],
    ['no such action', '  - does_not: transfer'],
    ['hung up', '  - says: Tschüss\n  - hears: Wiederhören\n  - is_hung_up_on: within 3s'],
    ['hung up, without more', '  - says: Tschüss\n  - is_hung_up_on'],
    [
      'an interruption',
      '  - says: eine lange Auskunft\n  - interrupts: { after: 800ms, with: Moment bitte }\n  - hears: Moment bitte',
    ],
    ['a transfer', '  - says: die Anmeldung bitte\n  - transfers_to: "+49 211 63551"'],
    ['an SMS', '  - says: eine SMS\n  - is_sent_sms: { text: /dienstag/i, to: "4915790000001" }'],
    ['keys', '  - presses: "1#"\n  - hears: Danke'],
    ['no input', '  - says: Kundennummer\n  - hears: tippen\n  - waits: 4s\n  - hears: noch da'],
    ['noise', '  - makes_noise: 500ms\n  - hears: Tag'],
  ])('%s', async (_name, steps) => {
    expect((await play(steps)).failures).toEqual([]);
  });
});

describe('every expectation can fail', () => {
  test.each([
    [
      'hears',
      '  - hears: Guten Morgen',
      /expected to hear "Guten Morgen"; heard "Praxis Sommer, guten Tag\."/,
    ],
    ['hears, twice the same', '  - hears: Praxis\n  - hears: Praxis', /expected to hear "Praxis"/],
    ['hears, old news', '  - hears: Praxis\n  - says: Hallo\n  - hears: Praxis', /heard "Sie sagten: Hallo"/],
    [
      'hears, cut before it',
      '  - says: lang\n  - interrupts: { after: 300ms, with: Moment }\n  - hears: unterbricht',
      /expected to hear "unterbricht"/,
    ],
    ['hears_not', '  - hears_not: /praxis/i', /expected not to hear \/praxis\/i, but heard/],
    [
      'is_silent',
      '  - says: Kundennummer\n  - hears: tippen\n  - is_silent: 5s',
      /expected 5\.0 s of silence, heard "Sind Sie noch da\?" after/,
    ],
    ['transfers_to', '  - transfers_to: "4921163551"', /expected a transfer to 4921163551, none came/],
    ['transfers_to another', '  - says: Anmeldung\n  - transfers_to: "4921163552"', /it went to 4921163551/],
    ['is_sent_sms', '  - is_sent_sms: /x/', /expected an SMS with \/x\/, none came/],
    ['is_sent_sms, other words', '  - says: SMS\n  - is_sent_sms: /Montag/', /it was "Termin: Dienstag"/],
    ['is_sent_sms, to another', '  - says: SMS\n  - is_sent_sms: { to: "123" }', /it went to 4915790000001/],
    ['is_hung_up_on', '  - is_hung_up_on: within 300ms', /expected the agent to hang up, it did not/],
    ['is_hung_up_on by another', '  - says: Notfall\n  - is_hung_up_on', /but connected to 4921163552/],
    ['does', '  - does: hangup', /expected hangup; in this turn the agent did: speak/],
    ['does, with', '  - does: speak\n    with: { text: Moin }', /expected speak with {"text":"Moin"}/],
    ['does_not', '  - does_not: speak', /expected no speak, but got/],
    [
      'says, too late',
      '  - says: Tschüss\n  - is_hung_up_on\n  - says: Hallo?',
      /the call is over \(the agent hung up\)/,
    ],
  ])('%s', async (_name, steps, message) => {
    expect(await failure(steps)).toMatch(message);
  });

  test('hears within: too late, and never', async () => {
    const slow: Agent = async ({ event }) => {
      if (event.type !== 'user_speak') return undefined;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return speak('Endlich.');
    };
    const steps = '  - says: Hallo\n  - hears: Endlich\n    within: 100ms';
    expect(await failure(steps, { agent: slow })).toMatch(/expected to hear "Endlich" within 0\.1 s/);
  });

  test('the line of the failing step is named, and nothing is played behind it', async () => {
    const result = await play('  - hears: Praxis\n\n  - hears: Unsinn\n  - says: Hallo');
    expect(result.failures).toEqual([expect.objectContaining({ file: 'probe.yaml', line: 6 })]);
    expect(peer?.types()).not.toContain('user_speak');
    expect(peer?.types().at(-1)).toBe('session_end');
  });

  test('a protocol violation fails a call whose expectations hold', async () => {
    const agent: Agent = ({ event }) => (event.type === 'session_start' ? [speak('Hallo')] : undefined);
    expect(await failure('  - hears: Hallo', { agent })).toMatch(
      /protocol violation: An array of 1.*\(spec 3\.2\)/,
    );
  });

  test('limits', async () => {
    const agent: Agent = async ({ event }) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return event.type === 'session_start' ? speak('Hallo') : undefined;
    };
    const head = 'limits: { first_sound: 100ms, silence: 100ms }';
    const message = await failure('  - hears: Hallo', { agent, head });
    expect(message).toMatch(/limits: the caller waited 0\.\d s for an answer, at most 0\.1 s is allowed/);
    expect(message).toMatch(/limits: 0\.\d s of silence from/);
    await peer?.close();
    expect((await play('  - hears: Praxis', { head: 'limits: { first_sound: 3s }' })).passed).toBe(true);
  });
});

test('call: what a script says about its call', async () => {
  const head = 'call: { from: "", to: "49211", direction: outbound, assistant_speak: false }';
  await play('  - hears: Praxis', { head });
  expect(peer?.events[0]?.session).toMatchObject({
    from_phone_number: '',
    to_phone_number: '49211',
    direction: 'outbound',
  });
  expect(peer?.types()).not.toContain('assistant_speak');
});

test('the wires that a script is played on, by network', () => {
  const both = parseScript('call: { transport: both }\nsteps: [hangs_up]');
  expect(wiresOf(both, 'sipgate')).toEqual(['ws', 'http']);
  expect(wiresOf(both, 'audiocodes')).toEqual(['http', 'http+ws', 'ws']);
  expect(wiresOf(both, 'audiocodes', 'ws')).toEqual(['ws']);
  expect(wiresOf(parseScript('call: { wire: http+ws }\nsteps: [hangs_up]'), 'audiocodes')).toEqual([
    'http+ws',
  ]);
  expect(wiresOf(parseScript('call: { transport: websocket }\nsteps: [hangs_up]'), 'sipgate')).toEqual([
    'ws',
  ]);
  expect(wiresOf(parseScript('steps: [hangs_up]'), 'sipgate')).toEqual([undefined]);
});

test('if: a step for networks that can, another for those that cannot', async () => {
  const steps = '  - hears: Unsinn\n    if: network lacks sms\n  - hears: Praxis\n    if: network has sms';
  expect((await play(steps)).failures).toEqual([]);
  await peer?.close();
  expect(await failure('  - hears: Unsinn\n    if: network has sms')).toContain('Unsinn');
});

test('transport: both plays on both, the choice of the user comes first', () => {
  const script = parseScript('call: { transport: both }\nsteps: [hangs_up]');
  expect(transportsOf(script)).toEqual(['websocket', 'http']);
  expect(transportsOf(script, 'http')).toEqual(['http']);
  expect(transportsOf(parseScript('steps: [hangs_up]'))).toEqual([undefined]);
});

describe('a script that is not understood: file, line and what was expected', () => {
  test.each([
    ['steps: [says: "a"', /^a\.yaml:\d+: this is not YAML/],
    ['- hears: x', /^a\.yaml:1: a call script: expected keys and values/],
    ['title: x', /^a\.yaml:1: a call script needs steps/],
    ['steps: []', /^a\.yaml:1: steps: expected a list of steps/],
    ['titel: x\nsteps: [hangs_up]', /^a\.yaml:1: a call script has no "titel"; expected one of title/],
    ['language: 7\nsteps: [hangs_up]', /^a\.yaml:1: language: expected a language tag/],
    ['steps:\n  - hears: a\n  - sagt: b', /^a\.yaml:3: there is no step "sagt"; expected one of hears/],
    ['steps:\n  - jubelt', /^a\.yaml:2: a step is one of hears/],
    [
      'steps:\n  - hears: a\n    withn: 3s',
      /^a\.yaml:3: hears has no "withn"; expected one of hears, within, if/,
    ],
    ['steps:\n  - hears: a\n    within: 3', /^a\.yaml:2: hears: expected a duration such as 800ms, .*got 3/],
    ['steps:\n  - hears: a\n    if: it rains', /^a\.yaml:3: if: expected "network has \.\.\."/],
    ['steps:\n  - hears: a\n    if: network has wings', /^a\.yaml:3: if: expected .* one of sms, push/],
    ['steps:\n  - hears: /(/', /^a\.yaml:2: hears: expected a regular expression/],
    ['steps:\n  - hears:', /^a\.yaml:2: hears: expected a text in quotes, or a \/regular expression\//],
    ['steps:\n  - says: { text: a }', /^a\.yaml:2: says: expected a single value/],
    ['steps:\n  - presses: abc', /^a\.yaml:2: presses: expected keys: 0-9, \* and #, got "abc"/],
    ['steps:\n  - interrupts: { with: a, aftr: 1s }', /^a\.yaml:2: interrupts has no "aftr"/],
    [
      'steps:\n  - transfers_to: 4921',
      /^a\.yaml:2: transfers_to: expected a phone number in quotes, got 4921/,
    ],
    ['steps:\n  - does: fly', /^a\.yaml:2: does: expected an action: speak/],
    ['steps:\n  - hangs_up: now', /^a\.yaml:2: hangs_up: expected nothing behind the colon, got "now"/],
    ['call: { transfer: never }\nsteps: [hangs_up]', /^a\.yaml:1: transfer: expected one of answered/],
    ['call: { from: 49 }\nsteps: [hangs_up]', /^a\.yaml:1: from: expected a phone number in quotes/],
    ['call: { net: x }\nsteps: [hangs_up]', /^a\.yaml:1: call has no "net"/],
    ['limits: { silence: lang }\nsteps: [hangs_up]', /^a\.yaml:1: silence: expected a duration/],
  ])('%j', (source, message) => {
    expect(() => parseScript(source, 'a.yaml')).toThrow(SimulatorError);
    expect(() => parseScript(source, 'a.yaml')).toThrow(message);
  });

  test('a file that is not there', () => {
    expect(() => readScript('/no/such.yaml')).toThrow('/no/such.yaml: cannot be read (ENOENT)');
  });
});
