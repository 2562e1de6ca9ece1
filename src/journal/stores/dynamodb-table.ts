import type { AttributeValue, DynamoDBClient, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue | undefined>;
type Sdk = typeof import('@aws-sdk/client-dynamodb');
type Values = Record<string, AttributeValue>;

export interface Change {
  /** Names are written `#name`, values `:value`. */
  set: readonly string[];
  remove?: readonly string[];
  condition?: string;
  values: Values;
}

/** Requests that get no answer: whoever has a deadline waits less. */
const TIMEOUTS = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
/** Limits of the service. */
const BATCH_READ = 100;
const BATCH_WRITE = 25;

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const numberOf = (value: AttributeValue | undefined): number => Number(value?.N ?? 0);

/** One DynamoDB table with the keys `pk` and `sk`: its requests without their ceremony. Reads are consistent. */
export class DynamoTable {
  private constructor(
    private readonly sdk: Sdk,
    private readonly client: DynamoDBClient,
    private readonly name: string,
  ) {}

  /** Loads the SDK: whoever keeps the journal elsewhere does not wait for it. */
  static async open(url: string, given?: DynamoDBClient): Promise<DynamoTable> {
    const sdk = await import('@aws-sdk/client-dynamodb');
    const { table, ...options } = readDynamoUrl(url);
    const client = given ?? new sdk.DynamoDBClient({ ...options, requestHandler: TIMEOUTS });
    return new DynamoTable(sdk, client, table);
  }

  /** The item as it is afterwards; undefined where the condition does not hold, and then nothing has changed. */
  async update(key: Item, { set, remove = [], condition, values }: Change): Promise<Item | undefined> {
    const removal = remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : '';
    const expression = `SET ${set.join(', ')}${removal}`;
    const names = `${expression} ${condition ?? ''}`.match(/#\w+/g) ?? [];
    const input: UpdateItemCommandInput = {
      TableName: this.name,
      Key: key as Values,
      UpdateExpression: expression,
      ConditionExpression: condition,
      ExpressionAttributeNames: Object.fromEntries(names.map((each) => [each, each.slice(1)])),
      ExpressionAttributeValues: values,
      ReturnValues: 'ALL_NEW',
    };
    try {
      return (await this.client.send(new this.sdk.UpdateItemCommand(input))).Attributes ?? {};
    } catch (error) {
      if (error instanceof this.sdk.ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async get(key: Item): Promise<Item | undefined> {
    const input = { TableName: this.name, Key: key as Values, ConsistentRead: true };
    return (await this.client.send(new this.sdk.GetItemCommand(input))).Item;
  }

  /** `names`: of what is needed of them; everything unless told. */
  async getAll(keys: readonly Item[], names?: readonly string[]): Promise<Item[]> {
    const items: Item[] = [];
    const projection = names && { ProjectionExpression: names.join(', ') };
    for (let at = 0; at < keys.length; at += BATCH_READ) {
      const common = { ConsistentRead: true, ...projection };
      let asked = { ...common, Keys: keys.slice(at, at + BATCH_READ) as Values[] };
      while (asked.Keys.length > 0) {
        const input = { RequestItems: { [this.name]: asked } };
        const answer = await this.client.send(new this.sdk.BatchGetItemCommand(input));
        items.push(...(answer.Responses?.[this.name] ?? []));
        asked = { ...common, Keys: answer.UnprocessedKeys?.[this.name]?.Keys ?? [] };
      }
    }
    return items;
  }

  async put(items: readonly Item[]): Promise<void> {
    await this.write(items.map((item) => ({ PutRequest: { Item: defined(item) } })));
  }

  async delete(keys: readonly Item[]): Promise<void> {
    await this.write(keys.map((key) => ({ DeleteRequest: { Key: defined(key) } })));
  }

  async deleteAll(pk: string): Promise<void> {
    const keys: Item[] = [];
    for await (const { pk: partition, sk } of this.query(pk)) keys.push({ pk: partition, sk });
    await this.delete(keys);
  }

  /** The items of one partition, by their `sk`. */
  async *query(pk: string, prefix?: string): AsyncGenerator<Item> {
    let from: Values | undefined;
    do {
      const input = {
        TableName: this.name,
        KeyConditionExpression: prefix === undefined ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': text(pk), ...(prefix !== undefined && { ':sk': text(prefix) }) },
        ConsistentRead: true,
        ExclusiveStartKey: from,
      };
      const page = await this.client.send(new this.sdk.QueryCommand(input));
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from);
  }

  /** Every item with this `sk`: reads the whole table. */
  async *scan(sk: string): AsyncGenerator<Item> {
    let from: Values | undefined;
    do {
      const input = {
        TableName: this.name,
        FilterExpression: 'sk = :sk',
        ExpressionAttributeValues: { ':sk': text(sk) },
        ConsistentRead: true,
        ExclusiveStartKey: from,
      };
      const page = await this.client.send(new this.sdk.ScanCommand(input));
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from);
  }

  close(): void {
    this.client.destroy();
  }

  private async write(requests: { PutRequest?: { Item: Values }; DeleteRequest?: { Key: Values } }[]) {
    let left = requests;
    while (left.length > 0) {
      const input = { RequestItems: { [this.name]: left.slice(0, BATCH_WRITE) } };
      const answer = await this.client.send(new this.sdk.BatchWriteItemCommand(input));
      left = [...((answer.UnprocessedItems?.[this.name] ?? []) as typeof left), ...left.slice(BATCH_WRITE)];
    }
  }
}

/** `dynamodb://table?region=...&endpoint=...` */
export function readDynamoUrl(url: string) {
  const { hostname, searchParams } = new URL(url);
  const endpoint = searchParams.get('endpoint') ?? undefined;
  // An emulator takes any key, but the SDK insists on one.
  const local = endpoint !== undefined && !process.env.AWS_ACCESS_KEY_ID;
  const credentials = local ? { accessKeyId: 'local', secretAccessKey: 'local' } : undefined;
  return { table: hostname, region: searchParams.get('region') ?? undefined, endpoint, credentials };
}

/** Creates the table, for development and tests: in production it comes with the deployment. */
export async function createDynamoTable(url: string): Promise<void> {
  const sdk = await import('@aws-sdk/client-dynamodb');
  const { table, ...options } = readDynamoUrl(url);
  const client = new sdk.DynamoDBClient(options);
  try {
    await client.send(
      new sdk.CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    await sdk.waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName: table });
  } finally {
    client.destroy();
  }
}

function defined(item: Item): Values {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as Values;
}
