import { VirtualClock } from '@jovo-telephony/telephony/testing';
import { CallBusyError } from '../../src/journal/refusal';
import { StoreDownError, StoreLine } from '../../src/journal/store-line';

/** Errors as the libraries of the engines throw them. */
const coded = (code: string) => Object.assign(new Error('refused'), { code });
const named = (name: string) => Object.assign(new Error('refused'), { name });

function rig() {
  const changes: boolean[] = [];
  const line = new StoreLine({ clock: new VirtualClock(), onChange: (up) => changes.push(up) });
  const asks = async (operation: string, error?: Error) => {
    const question = () => (error ? Promise.reject(error) : Promise.resolve('answer'));
    try {
      return await line.ask(operation, 400, question);
    } catch (failure) {
      return failure;
    }
  };
  return { line, changes, asks };
}

const LOST = new Error('connection refused');

test.each([
  ['SQLite: too large', coded('SQLITE_TOOBIG')],
  ['PostgreSQL: a character that it does not take', coded('22P05')],
  ['PostgreSQL: too large', coded('54000')],
  ['DynamoDB: too large', named('ValidationException')],
  ['another process has the call', new CallBusyError()],
])('what concerns one call says nothing of the store: %s', async (_, error) => {
  const { line, asks, changes } = rig();
  for (let turn = 0; turn < 10; turn += 1) expect(await asks('commit', error)).toBe(error);
  expect(line.isUp).toBe(true);
  // Nor does it say that the store is well.
  for (let turn = 0; turn < 3; turn += 1) await asks('begin', LOST);
  expect(line.isUp).toBe(false);
  await asks('commit', error);
  expect(line.isUp).toBe(false);
  expect(changes).toEqual([false]);
});

test.each([
  ['a connection that breaks', coded('ECONNRESET')],
  ['a database that stops', coded('57P01')],
  ['a copy that only reads', coded('25006')],
  ['a full disk', coded('SQLITE_FULL')],
  ['too many requests', named('ProvisionedThroughputExceededException')],
])('%s is the store itself', async (_, error) => {
  const { line, asks } = rig();
  for (let turn = 0; turn < 3; turn += 1) expect(await asks('commit', error)).toBeInstanceOf(StoreDownError);
  expect(line.isUp).toBe(false);
});

test('a store that reads and does not write is away until it writes', async () => {
  const { line, asks, changes } = rig();
  await asks('commit', LOST);
  await asks('counts');
  await asks('commit', LOST);
  await asks('has_called');
  await asks('begin', LOST);
  expect(line.isUp).toBe(false);
  for (let turn = 0; turn < 5; turn += 1)
    for (const read of ['counts', 'look', 'standings']) await asks(read);
  expect(line.isUp).toBe(false);
  await asks('probe');
  expect(line.isUp).toBe(true);
  expect(changes).toEqual([false, true]);
});

test('a store that fails to read only is back when it reads', async () => {
  const { line, asks } = rig();
  for (let turn = 0; turn < 3; turn += 1) await asks('counts', LOST);
  expect(line.isUp).toBe(false);
  await asks('look');
  expect(line.isUp).toBe(true);
});
