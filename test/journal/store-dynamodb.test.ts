import { DynamoStore } from '../../src/journal/stores/dynamodb';
import { type RunningDynamo, startDynamo } from '../support/dynamo';
import { storeConformance } from './store-conformance';

let server: RunningDynamo | undefined;

afterAll(() => server?.stop());

storeConformance('DynamoDB', async () => {
  server = await startDynamo();
  return { one: await DynamoStore.open(server.url), two: await DynamoStore.open(server.url) };
});
