import fc from 'fast-check';
import {
  type CallAction,
  type CallActionType,
  callOutput,
  DEGRADATION,
  degrade,
  hangUp,
  type NetworkCapabilities,
  PORTABLE,
  say,
  sendSms,
  transfer,
  withoutMarkup,
} from '../src';

const ALL: Record<CallActionType, CallAction> = {
  speak: say('Hallo'),
  play: { type: 'play', audio: 'UklGRg==' },
  background: { type: 'background', audio: 'UklGRg==' },
  background_stop: { type: 'background_stop' },
  stop_speaking: { type: 'stop_speaking' },
  listen: { type: 'listen', languages: ['de-DE'] },
  hang_up: hangUp(),
  transfer: transfer({ number: '49211', displayName: 'A', displayNumber: '49212' }),
  send_sms: sendSms('49157', 'Hallo'),
  network_settings: { type: 'network_settings', network: 'tin-can', settings: { stringLength: 5 } },
};

/** A network that can do everything but the given. */
function network(lacking: CallActionType[] = [], ssml = true): NetworkCapabilities {
  const types = Object.keys(ALL) as CallActionType[];
  const actions = Object.fromEntries(types.map((type) => [type, lacking.includes(type) ? 'none' : 'native']));
  return { network: 'tin-can', push: true, ssml, actions } as NetworkCapabilities;
}

test.each(Object.entries(ALL))('%s passes where the network can do it', (_type, action) => {
  expect(degrade(action, network())).toEqual({ verdict: 'send', action });
});

test.each([
  ['speak', 'refuse'],
  ['play', 'refuse'],
  ['background', 'drop'],
  ['background_stop', 'drop'],
  ['stop_speaking', 'drop'],
  ['listen', 'drop'],
  ['hang_up', 'refuse'],
  ['transfer', 'refuse'],
  ['send_sms', 'refuse'],
  ['network_settings', 'drop'],
] as const)('%s where it cannot: %s', (type, verdict) => {
  expect(DEGRADATION[type]).toBe(verdict);
  const degraded = degrade(ALL[type], network([type]));
  expect(degraded.verdict).toBe(verdict);
  if (degraded.verdict === 'refuse') expect(degraded.reason).toBe(`tin-can cannot ${type.replace('_', ' ')}`);
});

test('settings of another network are passed over', () => {
  const action: CallAction = { type: 'network_settings', network: 'radio', settings: {} };
  expect(degrade(action, network())).toEqual({ verdict: 'drop' });
});

test('markup is spoken as text where there is no markup, with everything else kept', () => {
  const action: CallAction = { type: 'speak', ssml: '<speak>A &amp; <b>B</b></speak>', inputTimeoutMs: 5 };
  expect(degrade(action, network([], false))).toEqual({
    verdict: 'send',
    action: { type: 'speak', text: 'A & B', inputTimeoutMs: 5 },
  });
});

describe('the words of markup', () => {
  test.each([
    ['plain', 'plain'],
    ['<speak>Hallo <break time="1s"/> Welt</speak>', 'Hallo Welt'],
    ['&lt;3 &amp;&quot;&apos; &amp;amp; &unknown;', '<3 &"\' &amp; &unknown;'],
    ['<speak>\n  a\n  b\n</speak>', 'a b'],
    ['a < b', 'a < b'],
    ['', ''],
  ])('%p -> %p', (ssml, words) => expect(withoutMarkup(ssml)).toBe(words));

  test('no tag is left, of whatever', () => {
    fc.assert(fc.property(fc.string(), (text) => !/<[^<>]*>/.test(withoutMarkup(text.replaceAll('&', ' ')))));
  });
});

describe('portable outputs', () => {
  test('actions travel in order, in a template that any platform of ours understands', () => {
    const output = callOutput(say('a'), hangUp({ after: 'speech' }));
    expect(output).toEqual({
      platforms: {
        [PORTABLE]: {
          actions: [
            { type: 'speak', text: 'a' },
            { type: 'hang_up', after: 'speech' },
          ],
        },
      },
    });
  });

  test('helpers add the type and nothing else', () => {
    expect(say('a', { inputTimeoutMs: 3 })).toEqual({ type: 'speak', text: 'a', inputTimeoutMs: 3 });
    expect(hangUp()).toEqual({ type: 'hang_up' });
    expect(sendSms('49157', 'x')).toEqual({ type: 'send_sms', number: '49157', text: 'x' });
    expect(ALL.transfer).toEqual({
      type: 'transfer',
      number: '49211',
      displayName: 'A',
      displayNumber: '49212',
    });
  });

  test('survive JSON', () => {
    for (const action of Object.values(ALL)) expect(JSON.parse(JSON.stringify(action))).toEqual(action);
  });
});
