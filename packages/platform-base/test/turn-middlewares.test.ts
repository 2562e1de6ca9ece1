import { type Jovo, MiddlewareCollection } from '@jovotech/framework';
import { SharedHooks, TurnMiddlewares } from '../src/jovo/turn-middlewares';

const jovo = {} as Jovo;

/** Two layers that all turns share, and what ran. */
function hooks() {
  const app = new MiddlewareCollection('request', 'response');
  const plugins = new MiddlewareCollection();
  const ran: string[] = [];
  const notes = (what: string) => () => {
    ran.push(what);
  };
  const shared = [app, plugins].map((collection) => new SharedHooks(collection));
  const turn = () => new TurnMiddlewares(...shared);
  const runs = async (collection: MiddlewareCollection, names: string | string[]) => {
    ran.length = 0;
    await collection.run(names as string, jovo);
    return ran.join(' ');
  };
  return { app, plugins, notes, turn, runs };
}

test('hooks run in the order of Jovo: before, at, after, and the app in front of its plugins', async () => {
  const { app, plugins, notes, turn, runs } = hooks();
  plugins.use('after.request', notes('d')).use('request', notes('c'));
  app.use('request', async () => notes('b')()).use('before.request', notes('a'));
  app.use('response', notes('e'));
  expect(await runs(turn(), ['request', 'response'])).toBe('a b c d e');
});

test('what the app hooks in, or disables, between two turns is seen by the next one', async () => {
  const { app, notes, turn, runs } = hooks();
  expect(await runs(turn(), 'request')).toBe('');
  app.use('after.request', notes('late'));
  expect(await runs(turn(), 'request')).toBe('late');
  app.disable('after.request');
  expect(await runs(turn(), 'request')).toBe('');
});

test('what a turn changes is its own', async () => {
  const { app, notes, turn, runs } = hooks();
  app.use('request', notes('shared')).use('response', notes('answer'));
  const mine = turn();
  mine.use('request', notes('mine')).use('before.response', notes('first')).remove('response');
  expect(await runs(mine, ['request', 'response'])).toBe('shared mine first');
  expect([mine.has('response'), mine.has('request'), mine.has('before.response')]).toEqual([
    false,
    true,
    true,
  ]);
  expect(mine.names.sort()).toEqual(['before.response', 'request']);
  expect(await runs(turn(), ['request', 'response'])).toBe('shared answer');
  const quiet = turn();
  quiet.disable('request');
  expect(await runs(quiet, 'request')).toBe('');
  quiet.enable('request');
  expect(await runs(quiet, 'request')).toBe('shared');
  quiet.clear();
  expect(await runs(quiet, ['request', 'response'])).toBe('');
  expect(quiet.names).toEqual([]);
  expect(await runs(turn(), 'request')).toBe('shared');
});

test('a hook that stops the turn is the last one', async () => {
  const { app, notes, turn, runs } = hooks();
  const mine: TurnMiddlewares = turn();
  app.use('request', notes('one')).use('after.request', notes('two'));
  mine.use('request', () => void mine.clear());
  expect(await runs(mine, ['request', 'response'])).toBe('one');
});
