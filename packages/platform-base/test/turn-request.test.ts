import { type HandleRequest, Plugin } from '@jovotech/framework';
import { type ToyHandler, ToyPlatform, toyProcess } from './support/toy-platform';

async function turns(handler: ToyHandler, plugin?: Plugin) {
  const toy = await toyProcess(handler);
  if (plugin) toy.app.use(plugin);
  return { ...toy, say: (text: string) => toy.post({ type: 'words', call: 'c', text }) };
}

/** Counts its turns, which it would not if it were copied for each of them. */
class Counting extends Plugin {
  readonly seen = { turns: 0 };
  override getDefaultConfig() {
    return {};
  }
  override mount(parent: HandleRequest): void {
    parent.middlewareCollection.use('before.dialogue.start', () => {
      this.seen.turns += 1;
    });
  }
}

class Shared extends Counting {
  readonly [Symbol.toStringTag] = 'ByReference';
}

test.each([
  ['with plugins of ours alone', undefined],
  ['with a plugin that Jovo copies', new Counting()],
])('what a turn hooks in, skips or stops is gone with it: %s', async (_, plugin) => {
  const heard: string[] = [];
  const { app, platform, say } = await turns(async function ({ text = '' }) {
    const { $handleRequest, $platform } = this.jovo;
    $handleRequest.middlewareCollection.use('response.start', () => {
      heard.push(`hook of ${text}`);
    });
    $platform.middlewareCollection.use('before.response.end', () => {
      heard.push(`platform's hook of ${text}`);
    });
    $handleRequest.middlewareCollection.disable('response.tts');
    this.$config.routing = { intentsToSkipUnhandled: [text] };
    $platform.config.strict = true;
    expect($platform).not.toBe(platform);
    expect(this.jovo.$app).toBe(app);
    await this.$send(text);
    if (text === 'stop') $handleRequest.stopMiddlewareExecution();
  }, plugin);
  app.hook('response.tts', () => {
    heard.push('tts');
  });
  for (const text of ['one', 'stop', 'two']) await say(text);
  expect(heard.filter((what) => what.startsWith('hook'))).toEqual(['hook of one', 'hook of two']);
  expect(heard).not.toContain('tts');
  expect(app.config.routing).toBeUndefined();
  expect(platform.config.strict).toBeUndefined();
  expect(platform.middlewareCollection.has('before.response.end')).toBe(false);
});

test('a plugin of others is copied for each turn, as Jovo does; one that holds nothing of a turn is not', async () => {
  for (const [plugin, counted] of [
    [new Counting(), 0],
    [new Shared(), 2],
  ] as const) {
    const { say } = await turns(async function ({ text = '' }) {
      await this.$send(text);
    }, plugin);
    await say('one');
    await say('two');
    expect(plugin.seen.turns).toBe(counted);
  }
});

test('a turn that stops its hooks takes nothing from the turns of other networks', async () => {
  const { app, platform, say } = await turns(async function ({ text = '' }) {
    await this.$send(text);
    this.jovo.$handleRequest.stopMiddlewareExecution();
  });
  const other = new ToyPlatform();
  Object.assign(other, { wire: { ...other.wire, network: 'other' }, id: 'other' });
  Object.defineProperty(other, 'name', { value: 'OtherPlatform' });
  app.use(other);
  for (const collection of [platform, other]) collection.middlewareCollection.use('request', () => {});
  await say('stop');
  for (const { middlewareCollection } of [platform, other])
    expect(middlewareCollection.get('request')?.fns).toHaveLength(1);
});
