import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isReference, isSecretName, knownSettings, ROOT, read } from './known-settings';

/** CloudFormation's short forms (`!Ref x`) as they are written at length. */
const customTags = ['Ref', 'GetAtt', 'Sub'].map((name) => ({
  tag: `!${name}`,
  resolve: (text: string) => ({ [name === 'Ref' ? name : `Fn::${name}`]: text }),
}));

interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}
interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: { 'Fn::Sub'?: string; 'Fn::GetAtt'?: string };
}
interface Role {
  Policies: { PolicyDocument: { Statement: Statement[] } }[];
}

const config = parse(read('serverless.yml'));
const files = (config.resources as string[]).map((line) => /^\$\{file\((.*)\)\}$/.exec(line)?.[1] ?? '');
const resources: Record<string, Resource> = Object.assign(
  {},
  ...files.map((file) => parse(read(file), { customTags, merge: true }).Resources),
);
const bundle = read('deploy/bundle.mjs');

function statements(name: string): Statement[] {
  const role = resources[name]?.Properties as unknown as Role;
  return role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}
const actionsOf = (name: string) => statements(name).flatMap(({ Action }) => Action);

describe('serverless.yml', () => {
  test('runs on a current Node', () => {
    expect(config.provider.runtime).toMatch(/^nodejs(22|24)\.x$/);
  });

  test('deploys the functions that are bundled, with files that exist', () => {
    const names = [...read('deploy/bundle/functions.mjs').matchAll(/name: '(\w+)', entry: '([^']+)'/g)];
    expect(Object.keys(config.functions).sort()).toEqual(names.map(([, name]) => name).sort());
    for (const [, name, entry] of names) {
      expect(existsSync(join(ROOT, entry ?? ''))).toBe(true);
      const { handler, package: packaged } = config.functions[name ?? ''];
      expect({ handler, artifact: packaged.artifact }).toEqual({
        handler: 'index.handler',
        artifact: `dist/functions/${name}.zip`,
      });
    }
    for (const file of files) expect(existsSync(join(ROOT, file))).toBe(true);
  });

  test('tells the build of the code cache how much memory a function has', () => {
    expect(bundle).toContain(`memory: { type: 'string', default: '${config.provider.memorySize}' }`);
  });

  test('sets what the functions know, and no secret in it', () => {
    const environment = Object.entries(config.provider.environment as Record<string, string>);
    expect(environment.map(([name]) => name).filter((name) => !knownSettings().has(name))).toEqual([]);
    const secrets = environment.filter(([name]) => isSecretName(name));
    expect(secrets.length).toBeGreaterThanOrEqual(3);
    for (const [name, value] of secrets) expect(value).toContain(`ssm:/jovo-telephony/\${sls:stage}/${name}`);
    for (const value of Object.values(config.params.offline)) expect(isReference(value)).toBe(true);
  });

  test('has all routes of the WebSocket, a bound on instances and on the life of logs', () => {
    const { webhook, websocket } = config.functions;
    const routes = websocket.events.flatMap(
      ({ websocket: event }: { websocket?: { route: string } }) => event?.route ?? [],
    );
    expect(routes).toEqual(['$connect', '$default', '$disconnect']);
    expect(webhook.events).toContainEqual({ httpApi: { method: 'POST', path: '/sipgate' } });
    for (const each of [webhook, websocket]) {
      expect(each.reservedConcurrency).toBeDefined();
      expect(each.events).toContainEqual({ schedule: expect.objectContaining({ input: { warmUp: true } }) });
    }
    expect(config.provider.logRetentionInDays).toBeGreaterThan(0);
  });

  test('gives each function the rights it uses, on what is ours', () => {
    for (const [key, { role }] of Object.entries<{ role: string }>(config.functions)) {
      expect(resources[role]?.Type).toBe('AWS::IAM::Role');
      for (const { Effect, Resource } of statements(role)) {
        expect(Effect).toBe('Allow');
        const named = Resource['Fn::GetAtt'] ?? Resource['Fn::Sub'] ?? '';
        expect(named).toMatch(/^JournalTable\.Arn$|^arn:/);
        // The last star stands for connections, or for streams of one log group.
        expect(named.replace(/[*]$/, '')).not.toContain('*');
      }
      expect(actionsOf(role).filter((action) => action.includes('*'))).toEqual([]);
      expect(actionsOf(role).includes('execute-api:ManageConnections')).toBe(key === 'websocket');
    }
  });

  test('watches every function and the table', () => {
    const alarms = Object.values(resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const watched = new Set(alarms.map(({ Properties }) => JSON.stringify(Properties.Dimensions)));
    for (const name of ['WebhookLambdaFunction', 'WebsocketLambdaFunction', 'JournalTable']) {
      expect([...watched].some((dimensions) => dimensions.includes(name))).toBe(true);
    }
    for (const { Properties } of alarms) expect(Properties.AlarmActions).toEqual([{ Ref: 'AlarmTopic' }]);
  });
});

describe("the journal's table", () => {
  const table = resources.JournalTable?.Properties ?? {};
  const code = read('src/journal/stores/dynamodb-table.ts') + read('src/journal/stores/dynamodb.ts');

  test('has the keys that the journal uses, and forgets by the attribute that it writes', () => {
    const keys = code.match(/AttributeName: '(\w+)', KeyType: '(\w+)'/g);
    const declared = (table.KeySchema as { AttributeName: string; KeyType: string }[]).map(
      ({ AttributeName, KeyType }) => `AttributeName: '${AttributeName}', KeyType: '${KeyType}'`,
    );
    expect(declared).toEqual(keys);
    expect(table.TimeToLiveSpecification).toEqual({ AttributeName: 'expires', Enabled: true });
    expect(code).toContain("'#expires = ");
  });

  test('may be asked for by the functions with every request that the journal makes for a call', () => {
    const commands = new Set(
      [...code.matchAll(/new (?:this\.)?sdk\.(\w+)Command\(/g)].map(([, name]) => name),
    );
    // Creating it is development's, reading it whole an operator's.
    const requests = [...commands].filter((name) => name !== 'CreateTable' && name !== 'Scan');
    expect(
      actionsOf('WebhookRole')
        .filter((action) => action.startsWith('dynamodb:'))
        .sort(),
    ).toEqual(requests.map((name) => `dynamodb:${name}`).sort());
  });
});
