import fc from 'fast-check';
import { agreedFormat, MEDIA_FORMAT_NAMES, type MediaFormat } from '../src/media-formats';
import { type Reply, readFrame } from '../src/session/frames';
import { FRESH, nextSession, type SessionState, type SessionWorld } from '../src/session/session';
import { speechSignal } from '../src/session/speech-signals';
import { type AudioSink, UserStreams } from '../src/session/user-streams';
import { bad, badBytes, json } from './support/fixtures';

const ID = '3f1c8e52-7a0b-4d7e-9a35-5c1b2e6d9f10';
const WORLD: SessionWorld = { formatOf: () => undefined, decodable: MEDIA_FORMAT_NAMES, preferred: [] };
const OPEN: SessionState = { phase: 'open', id: ID, mediaFormat: 'raw/lpcm16' };

function step(given: unknown, state: SessionState = FRESH, world = WORLD) {
  const frame = readFrame(JSON.stringify(given));
  if (typeof frame === 'string') throw new Error(frame);
  return nextSession(state, frame, world);
}

const types = (replies: readonly Reply[]) => replies.map(({ type }) => type);

describe('frames', () => {
  test.each(['ws-not-json.txt', 'ws-array.json', 'ws-no-type.json', 'ws-unknown-type.json', 'ws-binary.bin'])(
    '%s is ignored',
    (file) => {
      expect(typeof readFrame(badBytes(file).toString())).toBe('string');
    },
  );
});

describe('how a session begins', () => {
  test.each([json('ws-connection-validate.json'), bad('ws-validate-with-extras.json')])(
    'a validation creates nothing: %j',
    (frame) => {
      const validated = step(frame);
      expect(validated).toEqual({
        state: FRESH,
        replies: [json('ws-connection-validated.json')],
        effects: [],
      });
      expect(step(frame, OPEN).state).toBe(OPEN);
    },
  );

  test('it is accepted with one of the offered formats', () => {
    const { replies, effects, state } = step(json('ws-session-initiate.json'));
    expect(replies).toEqual([json('ws-session-accepted.json')]);
    expect(state).toEqual(OPEN);
    expect(effects).toEqual([
      {
        do: 'open',
        id: ID,
        facts: {
          botName: '5e0a7c1e-2d43-4a1b-b0f5-6f2f8a0c9d11',
          caller: '+12025550143',
          expectsAudio: true,
          mediaFormat: 'raw/lpcm16',
        },
      },
    ]);
  });

  test('text only, unless we speak audio only', () => {
    const frame = json('ws-session-initiate-text.json');
    expect(types(step(frame).replies)).toEqual(['session.accepted']);
    const refused = step(frame, FRESH, { ...WORLD, audioOnly: true });
    expect(refused.replies[0]).toMatchObject({
      type: 'session.error',
      reason: expect.stringContaining('audio only'),
    });
    expect(refused.effects).toEqual([{ do: 'close' }]);
  });

  test.each([
    ['ws-initiate-no-id.json', 'session.error', /"conversationId"/],
    ['ws-initiate-empty-formats.json', 'session.error', /no supported media format/],
    ['ws-initiate-no-common-format.json', 'session.error', /no supported media format; supported are raw/],
    ['ws-resume-unknown.json', 'session.error', /conversation not found/],
  ])('%s: %s, then the socket is closed', (file, type, reason) => {
    const { replies, effects, state } = step(bad(file));
    expect(replies).toMatchObject([{ type, reason: expect.stringMatching(reason) }]);
    expect(effects).toEqual([{ do: 'close' }]);
    expect(step(json('ws-session-initiate.json'), state).effects).toEqual([]);
  });

  test('an error looks as in the example', () => {
    const { conversationId } = bad('ws-initiate-no-common-format.json');
    const { reason: _reason, ...expected } = json('ws-session-error.json');
    const [{ reason, ...reply } = { reason: '' }] = step(bad('ws-initiate-no-common-format.json')).replies;
    expect(reply).toEqual({ ...expected, conversationId });
    expect(reason).toEqual(expect.any(String));
  });

  test('without a list of formats it is 16 kHz', () => {
    const { replies } = step(bad('ws-initiate-no-formats.json'));
    expect(replies).toMatchObject([{ type: 'session.accepted', mediaFormat: 'raw/lpcm16' }]);
  });

  test('nothing to agree on does not matter where no audio is expected', () => {
    const frame = { ...bad('ws-initiate-no-common-format.json'), expectAudioMessages: false };
    expect(types(step(frame).replies)).toEqual(['session.accepted']);
  });

  test('twice is accepted twice, and one call', () => {
    const frame = bad('ws-initiate-twice.json');
    const first = step(frame);
    const second = step(frame, first.state);
    expect([first.replies, second.replies]).toEqual([second.replies, first.replies]);
    expect(second.effects).toEqual([]);
  });

  test('a second call on the same socket is refused, the first goes on', () => {
    const { state, replies, effects } = step(bad('ws-initiate-second-id.json'), OPEN);
    expect(state).toBe(OPEN);
    expect(types(replies)).toEqual(['session.error']);
    expect(effects).toEqual([]);
  });
});

describe('a lost socket', () => {
  const world = { ...WORLD, formatOf: (): MediaFormat => 'raw/mulaw' };

  test('the call goes on with the format that was agreed on', () => {
    expect(step(json('ws-session-resume.json'), FRESH, world)).toEqual({
      state: { phase: 'open', id: ID, mediaFormat: 'raw/mulaw' },
      replies: [{ type: 'session.accepted', conversationId: ID, mediaFormat: 'raw/mulaw' }],
      effects: [{ do: 'resume', id: ID }],
    });
  });

  test('unless the gateway no longer has it', () => {
    const frame = { ...json('ws-session-resume.json'), supportedMediaFormats: ['raw/lpcm16_8'] };
    expect(step(frame, FRESH, world).replies).toMatchObject([{ mediaFormat: 'raw/lpcm16_8' }]);
  });
});

describe('within a session', () => {
  test('activities', () => {
    const frame = json('ws-activities-message.json');
    expect(step(frame, OPEN).effects).toEqual([{ do: 'activities', activities: frame.activities }]);
    const { conversationId: _id, ...anonymous } = frame;
    expect(step(anonymous, OPEN).effects).toHaveLength(1);
  });

  test.each([
    [json('ws-user-stream-start.json'), json('ws-user-stream-started.json')],
    [json('ws-user-stream-stop.json'), json('ws-user-stream-stopped.json')],
    [bad('ws-stop-without-start.json'), json('ws-user-stream-stopped.json')],
    [
      json('ws-user-stream-start-participant.json'),
      { ...json('ws-user-stream-started.json'), participant: 'caller' },
    ],
  ])('%j is acknowledged', (frame, reply) => {
    expect(step(frame, OPEN).replies).toEqual([reply]);
  });

  test.each([json('ws-session-end.json'), bad('ws-end-no-reason.json')])('%j ends it', (frame) => {
    const { state, replies, effects } = step(frame, OPEN);
    expect(state).toEqual({ phase: 'over' });
    expect(replies).toEqual([]);
    const { reasonCode, reason } = frame;
    expect(effects).toEqual([JSON.parse(JSON.stringify({ do: 'end', reason, reasonCode }))]);
  });

  test.each([
    ['ws-chunk-before-session.json', FRESH],
    ['ws-chunk-other-conversation.json', OPEN],
    ['ws-activities-not-array.json', OPEN],
    ['ws-end-no-reason.json', FRESH],
  ])('%s is ignored', (file, state) => {
    expect(step(bad(file), state)).toEqual({ state, replies: [], effects: [], ignored: expect.any(String) });
  });
});

test('whatever frames come in whatever order, at most one call is opened and it ends at most once', () => {
  const files = [
    'ws-connection-validate.json',
    'ws-session-initiate.json',
    'ws-session-resume.json',
    'ws-session-end.json',
    'ws-activities-message.json',
    'ws-user-stream-start.json',
    'ws-user-stream-chunk-mulaw.json',
    'ws-user-stream-stop.json',
    'bad/ws-initiate-second-id.json',
    'bad/ws-initiate-no-common-format.json',
    'bad/ws-chunk-other-conversation.json',
  ];
  const frames = files.map((file) => json(file));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...frames)), fc.boolean(), (given, known) => {
      const world: SessionWorld = { ...WORLD, formatOf: () => (known ? 'raw/lpcm16' : undefined) };
      let state: SessionState = FRESH;
      const done: string[] = [];
      for (const frame of given) {
        const next = step(frame, state, world);
        done.push(...next.effects.map((effect) => effect.do));
        if (next.effects.some((effect) => !['open', 'resume', 'close'].includes(effect.do))) {
          expect(state.phase).toBe('open');
        }
        state = next.state;
      }
      const count = (...names: string[]) => done.filter((name) => names.includes(name)).length;
      expect(count('open', 'resume')).toBeLessThanOrEqual(1);
      expect(count('end', 'close')).toBeLessThanOrEqual(1);
    }),
  );
});

describe("the caller's audio", () => {
  function listening(mediaFormat: MediaFormat = 'raw/lpcm16') {
    const log: (string | number)[] = [];
    const sink: AudioSink = {
      started: ({ participant }) => log.push(`start ${participant ?? ''}`.trim()),
      heard: (_stream, samples) => log.push(samples.length),
      stopped: ({ participant }) => log.push(`stop ${participant ?? ''}`.trim()),
    };
    return { log, streams: new UserStreams(mediaFormat, sink) };
  }

  test('a sample that a chunk has cut in two is put together again', () => {
    const { log, streams } = listening();
    const { audioChunk } = bad('ws-chunk-odd-bytes.json');
    streams.start();
    expect(streams.chunk(audioChunk)).toBeUndefined();
    streams.chunk(Buffer.from([1]).toString('base64'));
    expect(log).toEqual(['start', 332, 2]);
  });

  test.each(['ws-chunk-bad-base64.json', 'ws-chunk-missing-audio.json'])('%s is let go', (file) => {
    const { log, streams } = listening();
    streams.start();
    expect(streams.chunk(bad(file).audioChunk)).toMatch(/not base64/);
    expect(streams.chunk('')).toMatch(/not base64/);
    expect(log).toEqual(['start']);
  });

  test.each<[string, MediaFormat, number]>([
    ['ws-user-stream-chunk-mulaw.json', 'raw/mulaw', 160],
    ['ws-user-stream-chunk-lpcm16.json', 'raw/lpcm16', 640],
  ])('%s is 20 ms of %s', (file, format, bytes) => {
    const { log, streams } = listening(format);
    streams.start();
    streams.chunk(json(file).audioChunk);
    expect(log).toEqual(['start', bytes]);
  });

  test('outside of a stream it is let go', () => {
    const { log, streams } = listening('raw/mulaw');
    const { audioChunk } = json('ws-user-stream-chunk-mulaw.json');
    expect(streams.chunk(audioChunk)).toMatch(/outside/);
    streams.start();
    streams.chunk(audioChunk);
    streams.stop();
    expect(streams.chunk(audioChunk)).toMatch(/outside/);
    expect(log).toEqual(['start', 160, 'stop']);
  });

  test('several people, each with a stream; a second start is a restart', () => {
    const { log, streams } = listening();
    streams.start('caller');
    streams.start('callee');
    streams.start('caller');
    streams.stopAll();
    streams.stopAll();
    expect(log).toEqual([
      'start caller',
      'start callee',
      'stop caller',
      'start caller',
      'stop callee',
      'stop caller',
    ]);
  });

  test('however it is cut into chunks, every sample arrives whole and in order', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (audio, cuts) => {
          const heard: number[] = [];
          const streams = new UserStreams('raw/lpcm16_8', {
            started() {},
            stopped() {},
            heard(_stream, samples) {
              expect(samples.length % 2).toBe(0);
              heard.push(...samples);
            },
          });
          streams.start();
          let from = 0;
          for (const cut of [...cuts, 300]) {
            streams.chunk(Buffer.from(audio.subarray(from, from + cut)).toString('base64'));
            from += cut;
          }
          expect(heard).toEqual([...audio].slice(0, audio.length - (audio.length % 2)));
        },
      ),
    );
  });
});

test.each([
  ['ws-speech-hypothesis.json', { signal: 'hypothesis', text: 'what are your' }],
  [
    'ws-speech-recognition.json',
    { signal: 'recognition', text: 'what are your opening hours', confidence: 0.93 },
  ],
  ['ws-speech-committed.json', { signal: 'committed' }],
  ['ws-speech-started.json', { signal: 'started' }],
] as const)('%s', (file, signal) => {
  expect(speechSignal(ID, signal)).toEqual(json(file));
  expect(speechSignal(ID, signal, 'caller')).toEqual({ ...json(file), participant: 'caller' });
});

describe('media formats', () => {
  const offered = ['raw/opus48', 'raw/lpcm16', 'raw/mulaw'];
  test.each([
    [offered, MEDIA_FORMAT_NAMES, [], 'raw/lpcm16'],
    [offered, MEDIA_FORMAT_NAMES, ['wav/mulaw', 'raw/mulaw'], 'raw/mulaw'],
    [offered, ['raw/mulaw'], [], 'raw/mulaw'],
    [offered, ['raw/alaw'], [], undefined],
    [[], MEDIA_FORMAT_NAMES, [], undefined],
    [undefined, MEDIA_FORMAT_NAMES, [], 'raw/lpcm16'],
    ['raw/mulaw', MEDIA_FORMAT_NAMES, [], 'raw/lpcm16'],
    [['__proto__', 5], MEDIA_FORMAT_NAMES, [], undefined],
  ])('%j', (list, decodable, preferred, expected) => {
    expect(agreedFormat(list, decodable as MediaFormat[], preferred as MediaFormat[])).toBe(expected);
  });
});
