import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { VoiceAiGateway } from '@jovo-telephony/phone-simulator';
import { main } from '../src/cli/main';
import { campaignFolder } from './support/campaign-folder';
import { realClock } from './support/clocks';
import { scaled } from './support/scaled';

/** A Tuesday, 10:00 in Berlin. */
const TUESDAY = Date.parse('2026-03-03T09:00:00Z');
const SPEED = 100;

const files = campaignFolder();
let gateway: VoiceAiGateway;
beforeAll(async () => {
  gateway = await VoiceAiGateway.start({ bots: [{ name: 'reminder-bot' }], speed: SPEED });
});
afterAll(async () => {
  await gateway.close();
  files.remove();
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

let stores = 0;
const newStore = () => files.path(`store-${++stores}.db`);

function io(env: Record<string, string>, startMs = TUESDAY) {
  const interrupts = new Set<() => void>();
  const stream = () => {
    let text = '';
    const through = new PassThrough();
    through.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    return { through, text: () => text };
  };
  const [out, err] = [stream(), stream()];
  return {
    stdout: out.through,
    stderr: err.through,
    env,
    ...scaled({ startMs, realStartMs: Date.now(), speed: SPEED }),
    requestClock: realClock,
    random: () => 0.5,
    onInterrupt: (run: () => void) => {
      interrupts.add(run);
      return () => interrupts.delete(run);
    },
    interrupt: () => {
      for (const run of interrupts) run();
    },
    out: out.text,
    err: err.text,
  };
}

const account = (extra: Record<string, string> = {}) => ({
  DIALER_STORE: newStore(),
  AUDIOCODES_API_URL: gateway.url,
  AUDIOCODES_API_CLIENT_ID: 'dialer',
  AUDIOCODES_API_CLIENT_SECRET: 'secret',
  ...extra,
});

const dial = async (argv: string[], env: Record<string, string>, startMs?: number) => {
  const world = io(env, startMs);
  const code = await main(argv, world);
  return { code, out: world.out(), err: world.err() };
};

const CAMPAIGN = `name: spring
network: audiocodes
bot: reminder-bot
targets: targets.csv
caller: "+4921163550"
callsPerSecond: 10
machineDetection: detect
retry: {}
`;
files.write('campaign.yaml', CAMPAIGN);
files.write(
  'targets.csv',
  'id,number\nanna,+4915790000008\nbert,+4915790000011\ncleo,+4915790000017\ndora,0900 1234567\nemil,nonsense\nanna2,0157 90000008\n',
);

describe('npm run dial', () => {
  it('explains itself', async () => {
    const { code, out } = await dial(['--help'], {});
    expect(code).toBe(0);
    for (const word of ['check FILE', 'run FILE', 'pause NAME', 'report NAME', 'call NUMBER', 'Exit codes']) {
      expect(out).toContain(word);
    }
    expect(await dial([], {})).toMatchObject({ code: 0, out });
  });

  it.each([
    [['dance'], 2, /"dance" is not a command; there are check, run/],
    [['run'], 2, /run needs a campaign file/],
    [['run', 'a', 'b'], 2, /run takes only a campaign file/],
    [['run', '/nowhere.yaml'], 2, /nowhere.yaml: there is no such file/],
    [['report', 'autumn'], 2, /There is no campaign "autumn"/],
    [['run', 'x', '--colour'], 2, /Unknown option '--colour'/],
    [['run', 'x', '--listen', 'http'], 2, /--listen must be a port number/],
    [['call', '0157 90000001'], 2, /call needs a number with its plus and country code/],
    [
      ['call', '+4915790000001', '--detect', 'maybe'],
      2,
      /--detect must be one of disabled, disconnect, detect/,
    ],
    [['call', '+4915790000001', '--metadata', 'name'], 2, /--metadata must be KEY=VALUE/],
    [['do-not-call', 'Anna'], 2, /do-not-call needs numbers/],
  ])('%j -> says what is wrong', async (argv, code, advice) => {
    const answer = await dial(argv, account());
    expect([answer.code, answer.err]).toEqual([code, expect.stringMatching(advice)]);
    expect(answer.err).not.toMatch(/\n\s+at /);
  });

  it.each([
    [{ AUDIOCODES_API_URL: 'gateway' }, /AUDIOCODES_API_URL: expected an http\(s\) address/],
    [
      { AUDIOCODES_API_URL: 'http://localhost' },
      /AUDIOCODES_API_CLIENT_ID: is missing; calls through AudioCodes need all of/,
    ],
    [{ AUDIOCODES_API_AUTH: 'digest' }, /AUDIOCODES_API_AUTH: expected basic or oauth/],
    [{ SIPGATE_FLOW_ID: 'f' }, /SIPGATE_API_TOKEN: is missing/],
    [{}, /Calls through audiocodes need AUDIOCODES_API_URL/],
  ])('names the setting: %j', async (env, advice) => {
    const answer = await dial(['run', files.path('campaign.yaml')], env);
    expect([answer.code, answer.err]).toEqual([2, expect.stringMatching(advice)]);
  });

  it('checks a campaign without an account, and calls nobody', async () => {
    const before = gateway.requests.length;
    const { code, out } = await dial(['check', files.path('campaign.yaml')], {});
    expect(code).toBe(0);
    expect(out).toMatch(/blocked +1 .*\n.*|invalid +1/);
    expect(out).toContain('hours      mon-fri 09:00-20:00, sat 10:00-18:00, where the number is');
    expect(out).toContain('invalid    target emil: number_unreadable');
    expect(await dial(['run', '--dry-run', files.path('campaign.yaml')], {})).toEqual({ code, out, err: '' });
    expect(gateway.requests).toHaveLength(before);
  });

  it('runs a campaign, takes its reports, and tells how everybody ended', async () => {
    const port = await freePort();
    const env = account({ DIALER_PUBLIC_URL: `http://127.0.0.1:${port}` });
    const run = await dial(['run', files.path('campaign.yaml'), '--listen', String(port)], env);
    expect(run).toMatchObject({
      code: 0,
      out: expect.stringMatching(/reached +1 .*\n(?:.*\n)*.*total +6 +3 calls/),
    });
    const report = await dial(['report', 'spring', '--csv', files.path('report.csv')], env);
    expect(report.out).toBe(run.out);
    const csv = readFileSync(files.path('report.csv'), 'utf8');
    expect(csv.split('\r\n')[0]).toBe(
      'id,outcome,reason,calls,outcomes,last_call,duration_sec,conversation_id,result,data',
    );
    expect(csv).toMatch(/\r\nanna,reached,client-disconnected,1,reached,2026-03-03T/);
    expect(csv).toMatch(/\r\nbert,busy,busy,1,busy,/);
    expect(csv).toMatch(/\r\ncleo,fax,/);
    expect(csv).toMatch(
      /\r\ndora,blocked,number_premium,0,,,,,,\r\nemil,invalid,number_unreadable,0,,,,,,\r\nanna2,duplicate,,0,/,
    );
    // No numbers, unless they are asked for; then for the eyes of their owner.
    expect(csv + run.out + run.err).not.toMatch(/15790000/);
    const numbers = await dial(['report', 'spring', '--csv', '-', '--numbers'], env);
    expect(numbers.out).toContain('\r\n+4915790000008,anna,reached,');
    // Everything is done: nothing happens when it is run again.
    const before = gateway.requests.length;
    expect(await dial(['run', files.path('campaign.yaml'), '--listen', '0'], env)).toMatchObject({
      code: 0,
      out: run.out,
    });
    expect(gateway.requests).toHaveLength(before);
  });

  it('is paused, resumed and cancelled from another terminal', async () => {
    const env = account();
    const world = io(env, Date.parse('2026-03-03T03:00:00Z'));
    const running = main(['run', files.path('campaign.yaml')], world);
    while ((await dial(['report', 'spring'], env)).code !== 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
    for (const [command, told] of [
      ['pause', 'Paused'],
      ['resume', 'Resumed'],
      ['cancel', 'Cancelled'],
    ] as const) {
      expect(await dial([command, 'spring'], env)).toMatchObject({
        code: 0,
        out: expect.stringContaining(told),
      });
    }
    expect(await running).toBe(0);
    expect(world.out()).toMatch(/cancelled +3/);
  });

  it('stops at Ctrl-C and says how to go on', async () => {
    const env = account();
    const world = io(env, Date.parse('2026-03-03T03:00:00Z'));
    const running = main(['run', files.path('campaign.yaml')], world);
    await new Promise((resolve) => setTimeout(resolve, 50));
    world.interrupt();
    expect(await running).toBe(0);
    expect(world.err()).toMatch(
      /No further calls.*\n(?:.*\n)*Stopped. Go on with: npm run dial -- run .*campaign.yaml/,
    );
    expect(world.out()).toMatch(/\(waiting\) +3/);
  });

  it('halts with advice when the gateway does not know the bot', async () => {
    files.write('wrong-bot.yaml', CAMPAIGN.replace('reminder-bot', 'nobody'));
    const { code, err } = await dial(['run', files.path('wrong-bot.yaml')], account());
    expect([code, err]).toEqual([
      3,
      expect.stringMatching(/Halted. The network does not know the bot.* Then run the campaign again/),
    ]);
  });

  it('places one call and follows it to its end', async () => {
    const port = await freePort();
    const env = account({ DIALER_PUBLIC_URL: `http://127.0.0.1:${port}` });
    const argv = [
      'call',
      '+49 157 90000008',
      '--bot',
      'reminder-bot',
      '--caller',
      '+4921163550',
      '--metadata',
      'name=Anna',
    ];
    const { code, out } = await dial([...argv, '--listen', String(port)], env);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^placed, conversation .*\nanswered\nreached: Answered/),
    ]);
    expect(gateway.calls.at(-1)?.request).toMatchObject({
      target: 'tel:+4915790000008',
      metadata: { name: 'Anna', dialerCall: expect.stringMatching(/^calls\./) },
    });
  });

  it('does not place one that the rules forbid', async () => {
    const env = account();
    const before = gateway.requests.length;
    const call = (...more: string[]) =>
      dial(['call', '+4915790000008', '--bot', 'reminder-bot', '--caller', '1', ...more], env);
    expect(await dial(['do-not-call', '+4915790000009', '+4915790000010'], env)).toMatchObject({ code: 0 });
    const listed = await dial(['call', '+4915790000009', '--bot', 'reminder-bot', '--caller', '1'], env);
    expect(listed).toMatchObject({ code: 1, err: 'Not called. The number is on the do-not-call list.\n' });
    const atNight = await dial(
      ['call', '+4915790000008', '--bot', 'reminder-bot', '--caller', '1'],
      env,
      Date.parse('2026-03-03T03:00:00Z'),
    );
    expect(atNight).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Not called. It is outside .* --any-time/),
    });
    expect(gateway.requests).toHaveLength(before);
    expect(await call()).toMatchObject({ code: 0 });
    expect(await call()).toMatchObject({ code: 0 });
    expect(await call('--any-time')).toMatchObject({ code: 0 });
    expect(await call()).toMatchObject({
      code: 1,
      err: expect.stringContaining('It was called 3 times today'),
    });
    const premium = await dial(['call', '+499001234567', '--bot', 'reminder-bot', '--caller', '1'], env);
    expect(premium).toMatchObject({
      code: 1,
      err: expect.stringContaining('Premium rate numbers are not called'),
    });
  });
});
