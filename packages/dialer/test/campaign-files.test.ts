import {
  DEFAULT_CAPS,
  DEFAULT_RETRY,
  DialerError,
  e164OfWritten,
  readCampaignFile,
  readDoNotCallFile,
  readTargetFile,
  targetsOf,
} from '../src';
import { campaignFolder } from './support/campaign-folder';

const files = campaignFolder();
afterAll(() => files.remove());

const faultsOf = (read: () => unknown): readonly string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof DialerError) return error.faults.map((fault) => fault.replace(files.folder, ''));
    throw error;
  }
  return [];
};

const MINIMAL =
  'name: spring\nnetwork: audiocodes\nbot: reminder-bot\ntargets: targets.csv\ncaller: "+4921163550"\n';

describe('a campaign file', () => {
  it('needs five lines; everything else has a default that keeps the law', () => {
    const campaign = readCampaignFile(files.write('minimal.yaml', MINIMAL));
    expect(campaign).toMatchObject({
      name: 'spring',
      network: 'audiocodes',
      bot: 'reminder-bot',
      targets: files.path('targets.csv'),
      country: 'DE',
      rules: {
        callsPerSecond: 1,
        concurrent: 3,
        hours: {
          week: [
            { days: 'mon-fri', from: '09:00', to: '20:00' },
            { days: 'sat', from: '10:00', to: '18:00' },
          ],
        },
        retry: DEFAULT_RETRY,
        caps: DEFAULT_CAPS,
        numbers: { allowedPrefixes: ['+49'], deniedPrefixes: [] },
        timeZone: 'Europe/Berlin',
        ringMs: 60_000,
        callMs: 1_200_000,
        optOutResults: ['do-not-call'],
      },
    });
  });

  it('can say everything', () => {
    const campaign = readCampaignFile(
      files.write(
        'full.yaml',
        `${MINIMAL}
callerDisplayName: Praxis Dr. Sommer
allow: ["+49", "+43"]
deny: ["+49180"]
doNotCall: [lists/dnc.txt]
metadata: { campaign: spring }
answerTimeoutSec: 30
machineDetection: detect
voicemailEndTimeoutSec: 10
callsPerSecond: 0.1
concurrent: 2
hours: { week: [{ days: mon-sun, from: "08:00", to: "21:00" }], holidays: ["12-25"] }
retry:
  busy: { times: 3, after: 90s }
  no_answer: { times: 1, after: 1.5h }
caps: { perTarget: 2, perDay: 50 }
longestCall: 10m
until: "2026-03-31T18:00:00+02:00"
optOutResults: [stop]
`,
      ),
    );
    expect(campaign.rules).toMatchObject({
      retry: { busy: { times: 3, afterMs: 90_000 }, no_answer: { times: 1, afterMs: 5_400_000 } },
      caps: { ...DEFAULT_CAPS, perTarget: 2, perDay: 50 },
      callMs: 600_000,
      ringMs: 70_000,
      untilMs: Date.parse('2026-03-31T16:00:00Z'),
      optOutResults: ['stop'],
    });
    expect(campaign.request).toEqual({
      caller: '+4921163550',
      callerDisplayName: 'Praxis Dr. Sommer',
      metadata: { campaign: 'spring' },
      answerTimeoutSec: 30,
      machineDetection: 'detect',
      voicemailEndTimeoutSec: 10,
    });
    expect(campaign.doNotCall).toEqual([files.path('lists/dnc.txt')]);
  });

  it.each([
    ['name: Spring 2026', /faulty.yaml:6: name: expected a short name in lower case/],
    ['name: calls', /faulty.yaml:6: name: expected a name that is not in use/],
    ['network: fax', /faulty.yaml:6: network: expected one of "audiocodes", "sipgate"/],
    ['callsPerSecond: 0', /faulty.yaml:6: callsPerSecond: expected at least 0/],
    ['concurrent: 301', /faulty.yaml:6: concurrent: expected at most 300/],
    ['answerTimeoutSec: 301', /faulty.yaml:6: answerTimeoutSec: expected at most 300/],
    [
      'machineDetection: maybe',
      /faulty.yaml:6: machineDetection: expected one of "disabled", "disconnect", "detect"/,
    ],
    ['retry: { reached: { times: 1, after: 1h } }', /faulty.yaml:6: retry.reached/],
    ['retry: { unknown: { times: 1, after: 1h } }', /faulty.yaml:6: retry.unknown/],
    [
      'retry: { busy: { times: 1, after: soon } }',
      /faulty.yaml:6: retry.busy.after: expected a duration such as "90s"/,
    ],
    [
      'hours: { week: [{ days: weekdays, from: "09:00", to: "20:00" }] }',
      /faulty.yaml:6: hours.*"weekdays" are not weekdays/,
    ],
    ['hours: sometimes', /faulty.yaml:6: hours/],
    ['until: tomorrow', /faulty.yaml:6: until: expected a moment such as/],
    ['allow: ["49"]', /faulty.yaml:6: allow: expected number prefixes. "49" is not a prefix/],
    ['colour: red', /faulty.yaml:6: colour: this key is not known/],
    ['name: [', /faulty.yaml:\d+: /],
  ])('%s -> says where the fault is, and what was expected', (text, fault) => {
    const key = text.split(':')[0] ?? '';
    const others = MINIMAL.split('\n').filter((line) => !line.startsWith(`${key}:`));
    while (others.length < 6) others.unshift('# a comment');
    const path = files.write('faulty.yaml', `${others.slice(0, 5).join('\n')}\n${text}\n`);
    expect(faultsOf(() => readCampaignFile(path)).join('\n')).toMatch(fault);
  });

  it('wants to be told which numbers may be called, where the caller does not tell', () => {
    const path = files.write('no-caller.yaml', MINIMAL.replace(/caller.*\n/, ''));
    expect(faultsOf(() => readCampaignFile(path)).join()).toMatch(/allow: is missing; expected the prefixes/);
  });
});

describe('a target file', () => {
  it('is CSV with a column for the number; the others are told to the conversation', () => {
    const { rows } = readTargetFile(
      files.write(
        'comma.csv',
        'number,id,timezone,name\n+4915790000001,p-1,,"Sommer, Anna"\n+12125550143,,America/New_York,\n',
      ),
    );
    expect(rows).toEqual([
      {
        line: 2,
        id: 'p-1',
        number: '+4915790000001',
        timeZone: undefined,
        metadata: { name: 'Sommer, Anna' },
      },
      { line: 3, id: undefined, number: '+12125550143', timeZone: 'America/New_York', metadata: {} },
    ]);
  });

  it('may come from a spreadsheet: semicolons, a byte order mark, Windows lines, capitals', () => {
    const { rows } = readTargetFile(
      files.write(
        'sheet.csv',
        '\uFEFFNumber;Name;Note\r\n0157 90000001;Anna;"zwei, drei"\r\n\r\n0157 90000002;Björn;\r\n',
      ),
    );
    expect(rows.map(({ line, number, metadata }) => [line, number, metadata])).toEqual([
      [2, '0157 90000001', { Name: 'Anna', Note: 'zwei, drei' }],
      [4, '0157 90000002', { Name: 'Björn' }],
    ]);
  });

  it('or JSON Lines', () => {
    const { rows } = readTargetFile(
      files.write(
        'targets.jsonl',
        '{"number":"+4915790000001","id":7,"slot":"10:30","metadata":{"name":"Anna"}}\n\n{"number":4915790000002}\n',
      ),
    );
    expect(rows).toEqual([
      {
        line: 1,
        id: '7',
        number: '+4915790000001',
        timeZone: undefined,
        metadata: { slot: '10:30', name: 'Anna' },
      },
      { line: 3, id: undefined, number: '', timeZone: undefined, metadata: {} },
    ]);
  });

  it.each([
    [
      'wrong.csv',
      'phone,name\n+4915790000001,Anna\n',
      /wrong.csv:1: expected a column "number".*"phone", "name"/,
    ],
    ['twice.csv', 'number,NUMBER\n1,2\n', /twice.csv:1: the column "number" is there twice/],
    ['ragged.csv', 'number,name\n+4915790000001\n', /ragged.csv:\d+: this is not sound CSV/],
    ['quote.csv', 'number,name\n+4915790000001,"Anna\n', /quote.csv.*: this is not sound CSV/],
    ['empty.csv', 'number,name\n', /empty.csv: there is nobody in this file/],
    [
      'broken.jsonl',
      '{"number":"+4915790000001"}\nnonsense\n[1]\n',
      /broken.jsonl:2: .*\n.*broken.jsonl:3: /,
    ],
  ])('%s: says what is wrong with it', (name, text, fault) => {
    const path = files.write(name, text);
    const faults = faultsOf(() => readTargetFile(path)).join('\n');
    expect(faults).toMatch(fault);
    expect(faults).not.toMatch(/15790000001|Anna/);
  });

  it('that is not there', () => {
    expect(faultsOf(() => readTargetFile(files.path('nowhere.csv'))).join()).toMatch(/there is no such file/);
  });
});

describe('a written number', () => {
  it.each([
    ['+49 157 90000001', undefined, '+4915790000001'],
    ['tel:+4915790000001', undefined, '+4915790000001'],
    ['0049 157/90000001', undefined, '+4915790000001'],
    ['+49 (0)157 90000001', undefined, '+4915790000001'],
    ['0157 90000001', 'DE', '+4915790000001'],
    ['(212) 555-0143', 'US', '+12125550143'],
    ['0157 90000001', undefined, undefined],
    ['0157 90000001', 'XX', undefined],
    ['+4915790000001;ext=5', undefined, undefined],
    ['sip:anna@example.com', 'DE', undefined],
    ['+49 157 ANNA', 'DE', undefined],
    ['', 'DE', undefined],
    ['112', 'DE', undefined],
  ])('%s (%s) -> %s', (raw, country, e164) => {
    expect(e164OfWritten(raw, country)).toBe(e164);
  });
});

describe('the targets of a campaign', () => {
  const campaign = readCampaignFile(files.write('minimal.yaml', MINIMAL));
  const rows = (numbers: (string | [string, string])[]) =>
    numbers.map((number, index) => {
      const [written, timeZone] = typeof number === 'string' ? [number] : number;
      return { line: index + 2, number: written, timeZone, metadata: {} };
    });
  const outcomesOf = (numbers: (string | [string, string])[], given = campaign) =>
    targetsOf(rows(numbers), { campaign: given, nowMs: Date.parse('2026-03-03T09:00:00Z') }).map(
      ({ closed }) => closed && [closed.outcome, closed.reason].join(' ').trim(),
    );

  it('every line becomes one, and those that cannot be dialled say why', () => {
    expect(
      outcomesOf([
        '+4915790000001',
        '0157 90000001',
        'nonsense',
        '+12125550143',
        '+499001234567',
        ['+4915790000002', 'Europe/Berlin'],
        ['+4915790000003', 'America/New_York'],
        '+49110',
      ]),
    ).toEqual([
      undefined,
      'duplicate',
      'invalid number_unreadable',
      'blocked number_country',
      'blocked number_premium',
      undefined,
      'invalid timezone_elsewhere',
      expect.stringMatching(/blocked number_(emergency|too_short)/),
    ]);
  });

  it('a country whose zones are never all awake at once needs to be told which one', () => {
    const hours = { week: [{ days: 'mon-fri', from: '09:00', to: '13:00' }] };
    const numbers = { allowedPrefixes: ['+1'], deniedPrefixes: [] };
    const american = { ...campaign, rules: { ...campaign.rules, hours, numbers } };
    expect(outcomesOf(['+12125550143', ['+12125550144', 'America/New_York']], american)).toEqual([
      'never_open',
      undefined,
    ]);
  });
});

describe('a do-not-call list', () => {
  it('is a list of numbers, with comments and further columns if need be', () => {
    const path = files.write(
      'dnc.txt',
      'number,since\n+49 157 90000001,2024\n# nobody\n\n0157 90000002 # asked twice\n"+4315790000003"\n',
    );
    expect(readDoNotCallFile(path, 'DE')).toEqual(['+4915790000001', '+4915790000002', '+4315790000003']);
  });

  it('that cannot be read completely is not used: whoever is left out would be called', () => {
    const path = files.write('faulty.txt', '+4915790000001\n0157 90000002\n');
    expect(faultsOf(() => readDoNotCallFile(path)).join()).toMatch(/faulty.txt:2: expected a phone number/);
  });
});
