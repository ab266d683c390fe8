import {
  type DatabaseAccessRequest,
  LakeAccess,
  LakeEnvironment,
  type LocationAccessRequest,
  PermissionModel,
} from '@lakewright/core';
import {
  App,
  aws_events as events,
  aws_glue as glue,
  aws_iam as iam,
  Stack,
  aws_stepfunctions as sfn,
  aws_sqs as sqs,
  Token,
  aws_events_targets as targets,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import {
  Crawler,
  CrawlerClassifier,
  type CrawlerProps,
  CrawlerTarget,
  RecrawlPolicy,
  SchemaChangePolicy,
  TableGrouping,
} from '../src';
import { lake, PolicyEvaluator } from './support';

function crawl(props: Partial<CrawlerProps> = {}, permissions?: PermissionModel) {
  const made = lake(permissions ? { permissions } : {});
  const { stack, storage, catalog } = made;
  const orders = CrawlerTarget.s3(storage.raw.location('orders'));
  const crawler = new Crawler(stack, 'Crawler', { database: catalog.raw, targets: [orders], ...props });
  return { ...made, crawler };
}

/** Attaches a provider: the first grants on a database and on a location. */
function lakeFormationGrants(stack: Stack): [DatabaseAccessRequest | undefined, LocationAccessRequest | undefined] {
  let [database, location]: ReturnType<typeof lakeFormationGrants> = [undefined, undefined];
  LakeAccess.of(stack).attach({
    provide: () => undefined,
    provideDatabase: (request) => {
      database ??= request;
    },
    provideLocation: (request) => {
      location ??= request;
    },
    applyBefore: () => undefined,
  });
  return [database, location];
}

const context = { environment: LakeEnvironment.sandbox() };

describe('defaults', () => {
  test('runs when started, follows the files, lets partitions inherit, and deletes no table', () => {
    const { stack } = crawl();
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Crawler', {
      Schedule: Match.absent(),
      RecrawlPolicy: { RecrawlBehavior: 'CRAWL_EVERYTHING' },
      SchemaChangePolicy: { UpdateBehavior: 'UPDATE_IN_DATABASE', DeleteBehavior: 'DEPRECATE_IN_DATABASE' },
      Configuration: JSON.stringify({
        Version: 1,
        CrawlerOutput: { Partitions: { AddOrUpdateBehavior: 'InheritFromTable' } },
      }),
      LakeFormationConfiguration: { UseLakeFormationCredentials: false },
    });
  });

  test('reads exactly its target', () => {
    const { stack, crawler, storage } = crawl();
    const policies = PolicyEvaluator.of(stack);
    const read = (key: string) => policies.decide(crawler.role, 's3:GetObject', storage.raw.bucket.arnForObjects(key));
    expect(read('orders/2024/a.csv')).toBe('allowed');
    expect(read('orders-of-others/a.csv')).toBe('denied');
    expect(read('customers/a.csv')).toBe('denied');
    expect(policies.decide(crawler.role, 's3:PutObject', storage.raw.bucket.arnForObjects('orders/a.csv'))).toBe(
      'denied',
    );
    const list = (prefix: string) =>
      policies.decide(crawler.role, 's3:ListBucket', storage.raw.bucket.bucketArn, { 's3:prefix': prefix });
    expect(list('orders/')).toBe('allowed');
    expect(list('customers/')).toBe('denied');
    const key = storage.encryptionKey?.keyArn ?? '';
    expect(policies.decide(crawler.role, 'kms:Decrypt', key)).toBe('allowed');
    expect(policies.decide(crawler.role, 'kms:Encrypt', key)).toBe('denied');
  });

  test('writes exactly the tables of its database', () => {
    const { stack, crawler, catalog } = crawl();
    const policies = PolicyEvaluator.of(stack);
    const table = (database: string, action: string) =>
      policies.decide(crawler.role, action, `arn:aws:glue:eu-west-1:111111111111:table/${database}/orders`);
    const database = policies.text(catalog.raw.databaseArn).split('/')[1] ?? '';
    expect(table(database, 'glue:CreateTable')).toBe('allowed');
    expect(table(database, 'glue:BatchCreatePartition')).toBe('allowed');
    expect(table(`${database}2`, 'glue:CreateTable')).toBe('denied');
    expect(policies.decide(crawler.role, 'glue:DeleteDatabase', policies.text(catalog.raw.databaseArn))).toBe('denied');
  });

  test('writes the log of crawlers and no other', () => {
    const { stack, crawler } = crawl();
    const policies = PolicyEvaluator.of(stack);
    const log = (group: string) =>
      policies.decide(
        crawler.role,
        'logs:PutLogEvents',
        `arn:aws:logs:eu-west-1:111111111111:log-group:${group}:log-stream:x`,
      );
    expect(log('/aws-glue/crawlers')).toBe('allowed');
    expect(log('/aws/lambda/other')).toBe('denied');
  });

  test('a pipeline sees it write the tables that Glue names after the folders', () => {
    const { stack, crawler, storage, catalog } = crawl();
    const { writes, reads } = crawler.bind(stack, 'Crawl', context);
    expect(writes.map(({ databaseName, tableName }) => [databaseName, tableName])).toEqual([['raw', 'orders']]);
    expect(reads).toEqual([]);
    const other = new Crawler(stack, 'Other', {
      database: catalog.raw,
      tablePrefix: 'x_',
      targets: [
        CrawlerTarget.s3(storage.raw.location('in/Bird Strikes-2024')),
        CrawlerTarget.s3(storage.raw.location()),
      ],
    });
    expect(other.bind(stack, 'Crawl2', context).writes.map(({ tableName }) => tableName)).toEqual([
      'x_bird_strikes_2024',
    ]);
  });
});

describe('overrides', () => {
  test.each([
    [SchemaChangePolicy.updateAndDelete(), 'UPDATE_IN_DATABASE', 'DELETE_FROM_DATABASE'],
    [SchemaChangePolicy.logOnly(), 'LOG', 'LOG'],
    [SchemaChangePolicy.addColumns(), 'UPDATE_IN_DATABASE', 'DEPRECATE_IN_DATABASE'],
  ])('schema change policy %#', (schemaChange, UpdateBehavior, DeleteBehavior) => {
    const { stack } = crawl({ schemaChange });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Crawler', {
      SchemaChangePolicy: { UpdateBehavior, DeleteBehavior },
    });
  });

  test('added columns leave the others alone', () => {
    const { stack } = crawl({ schemaChange: SchemaChangePolicy.addColumns(), partitionsInherit: false });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Crawler', {
      Configuration: JSON.stringify({
        Version: 1,
        CrawlerOutput: { Tables: { AddOrUpdateBehavior: 'MergeNewColumns' } },
      }),
    });
  });

  test('new folders only means that changes are logged', () => {
    const { stack } = crawl({ recrawl: RecrawlPolicy.newFoldersOnly() });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Crawler', {
      RecrawlPolicy: { RecrawlBehavior: 'CRAWL_NEW_FOLDERS_ONLY' },
      SchemaChangePolicy: { UpdateBehavior: 'LOG', DeleteBehavior: 'LOG' },
    });
  });

  test.each([
    [TableGrouping.atLevel(3), { TableLevelConfiguration: 3 }],
    [TableGrouping.combineCompatibleSchemas(), { TableGroupingPolicy: 'CombineCompatibleSchemas' }],
  ])('grouping %#', (grouping, Grouping) => {
    const { stack } = crawl({ grouping, partitionsInherit: false });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Crawler', {
      Configuration: JSON.stringify({ Version: 1, Grouping }),
    });
  });

  test('a schedule, a name, a prefix, classifiers', () => {
    const { stack } = crawl({
      crawlerName: 'orders',
      tablePrefix: 'in_',
      description: 'd',
      schedule: events.Schedule.cron({ hour: '3', minute: '0' }),
      classifiers: [
        CrawlerClassifier.csv({ delimiter: ';', hasHeader: true }),
        CrawlerClassifier.csv({ hasHeader: false, header: ['a'], types: ['INT'], allowSingleColumn: true }),
        CrawlerClassifier.json('$.records[*]'),
        CrawlerClassifier.xml('row', 'orders'),
        CrawlerClassifier.grok('%{WORD:w}', 'words'),
        CrawlerClassifier.named('theirs'),
      ],
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Glue::Crawler', {
      Name: 'orders',
      TablePrefix: 'in_',
      Schedule: { ScheduleExpression: 'cron(0 3 * * ? *)' },
      Classifiers: [...Array(5).fill({ Ref: Match.anyValue() }), 'theirs'],
    });
    const csv = (properties: object) =>
      template.hasResourceProperties('AWS::Glue::Classifier', { CsvClassifier: Match.objectLike(properties) });
    csv({ Delimiter: ';', QuoteSymbol: '"', ContainsHeader: 'PRESENT', AllowSingleColumn: false });
    csv({ ContainsHeader: 'ABSENT', Header: ['a'], ContainsCustomDatatype: ['INT'], CustomDatatypeConfigured: true });
    template.hasResourceProperties('AWS::Glue::Classifier', { JsonClassifier: { JsonPath: '$.records[*]' } });
  });

  test('a target leaves out what is excluded and samples', () => {
    const { stack, storage, catalog } = lake();
    const target = CrawlerTarget.s3(storage.raw.location('a'), { exclusions: ['**.tmp'], sampleSize: 7 });
    new Crawler(stack, 'Crawler', { database: catalog.raw, targets: [target] });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Crawler', {
      Targets: { S3Targets: [{ Exclusions: ['**.tmp'], SampleSize: 7 }] },
    });
  });

  test('where Lake Formation decides alone, it vends the credentials', () => {
    const { stack, crawler, storage } = crawl({}, PermissionModel.lakeFormation());
    const [database, location] = lakeFormationGrants(stack);
    const template = Template.fromStack(stack, { skipCyclicalDependenciesCheck: true });
    template.hasResourceProperties('AWS::Glue::Crawler', {
      LakeFormationConfiguration: { UseLakeFormationCredentials: true },
    });
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(crawler.role, 's3:GetObject', storage.raw.bucket.arnForObjects('orders/a'))).toBe('denied');
    expect(policies.decide(crawler.role, 'lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(database).toMatchObject({
      grantee: crawler.role,
      databasePermissions: ['CREATE_TABLE', 'DESCRIBE'],
      tablePermissions: ['ALTER', 'DESCRIBE', 'DROP'],
    });
    expect(location).toMatchObject({ grantee: crawler.role, location: storage.raw.location('orders') });
  });
});

describe('targets', () => {
  test('several targets of one kind and of other kinds are one crawler', () => {
    const { stack, storage, catalog } = lake();
    const at = (prefix: string) => storage.raw.location(prefix);
    const connection = glue.Connection.fromConnectionName(stack, 'Connection', 'postgres');
    const crawler = new Crawler(stack, 'Crawler', {
      database: catalog.raw,
      targets: [
        CrawlerTarget.s3(at('a')),
        CrawlerTarget.s3(at('b')),
        CrawlerTarget.delta([at('delta')]),
        CrawlerTarget.iceberg([at('iceberg')]),
        CrawlerTarget.jdbc(connection, 'shop/public/%', { exclusions: ['audit%'] }),
      ],
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Crawler', {
      Targets: {
        S3Targets: [Match.anyValue(), Match.anyValue()],
        DeltaTargets: [{ DeltaTables: [Match.anyValue()], CreateNativeDeltaTable: true, WriteManifest: false }],
        IcebergTargets: [{ Paths: [Match.anyValue()], MaximumTraversalDepth: 10 }],
        JdbcTargets: [{ ConnectionName: 'postgres', Path: 'shop/public/%', Exclusions: ['audit%'] }],
      },
    });
    const policies = PolicyEvaluator.of(stack);
    const may = (action: string, arn: string) => policies.decide(crawler.role, action, arn);
    expect(may('s3:GetObject', storage.raw.bucket.arnForObjects('delta/_delta_log/0.json'))).toBe('allowed');
    expect(may('s3:GetObject', storage.raw.bucket.arnForObjects('iceberg/metadata/v1.json'))).toBe('allowed');
    expect(may('glue:GetConnection', connection.connectionArn)).toBe('allowed');
    expect(may('ec2:CreateNetworkInterface', 'arn:aws:ec2:eu-west-1:111111111111:subnet/subnet-1')).toBe('allowed');
    const networkInterface = 'arn:aws:ec2:eu-west-1:111111111111:network-interface/eni-1';
    expect(may('ec2:DeleteNetworkInterface', networkInterface)).toBe('denied');
    const ofGlue = { 'aws:ResourceTag/aws-glue-service-resource': 'x' };
    expect(policies.decide(crawler.role, 'ec2:DeleteNetworkInterface', networkInterface, ofGlue)).toBe('allowed');
  });

  test('a database is reached by its connection, whoever decides about the lake’s objects', () => {
    const { stack, catalog } = lake({ permissions: PermissionModel.lakeFormation() });
    const connection = glue.Connection.fromConnectionName(stack, 'Connection', 'postgres');
    const targets = [CrawlerTarget.jdbc(connection, 'shop/public/%')];
    lakeFormationGrants(stack);
    const { role } = new Crawler(stack, 'Crawler', { database: catalog.raw, targets });
    expect(PolicyEvaluator.of(stack).decide(role, 'glue:GetConnection', connection.connectionArn)).toBe('allowed');
  });

  test('catalogued tables are read where they lie, and a pipeline sees that', () => {
    const { stack, storage, catalog } = lake();
    const orders = catalog.raw.dataset('orders');
    const crawler = new Crawler(stack, 'Crawler', {
      database: catalog.raw,
      targets: [CrawlerTarget.catalogTables([orders, catalog.raw.dataset('lines')])],
      schemaChange: SchemaChangePolicy.logOnly(),
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Glue::Crawler', {
      Targets: { CatalogTargets: [{ DatabaseName: 'raw', Tables: ['orders', 'lines'] }] },
    });
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(crawler.role, 's3:GetObject', storage.raw.bucket.arnForObjects('orders/a'))).toBe('allowed');
    expect(crawler.bind(stack, 'Crawl', context).reads).toContain(orders);
  });
});

describe('supplied', () => {
  test('a role gets what the crawler needs', () => {
    const { stack, storage, catalog } = lake();
    const role = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('glue.amazonaws.com') });
    const targets = [CrawlerTarget.s3(storage.raw.location('orders'))];
    const crawler = new Crawler(stack, 'Crawler', { database: catalog.raw, targets, role });
    expect(crawler.role).toBe(role);
    expect(crawler.node.tryFindChild('Role')).toBeUndefined();
    const object = storage.raw.bucket.arnForObjects('orders/a');
    expect(PolicyEvaluator.of(stack).decide(role, 's3:GetObject', object)).toBe('allowed');
  });

  test('a security configuration may be read and its key used for the log', () => {
    const { stack } = lake();
    const securityConfiguration = glue.SecurityConfiguration.fromSecurityConfigurationName(stack, 'Sec', 'strict');
    const made = crawl({ securityConfiguration });
    Template.fromStack(made.stack).hasResourceProperties('AWS::Glue::Crawler', {
      CrawlerSecurityConfiguration: 'strict',
    });
    const policies = PolicyEvaluator.of(made.stack);
    expect(policies.decide(made.crawler.role, 'glue:GetSecurityConfiguration', '*')).toBe('allowed');
  });

  test('a crawler that was made elsewhere can be started, watched and run in a pipeline', () => {
    const { stack, catalog } = lake();
    const writes = [catalog.raw.dataset('orders')];
    const theirs = Crawler.fromCrawlerAttributes(stack, 'Theirs', { crawlerName: 'theirs', writes });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    theirs.grants.start(role);
    const policies = PolicyEvaluator.of(stack);
    const arn = (name: string) => `arn:aws:glue:eu-west-1:111111111111:crawler/${name}`;
    expect(policies.decide(role, 'glue:StartCrawler', arn('theirs'))).toBe('allowed');
    expect(policies.decide(role, 'glue:GetCrawler', arn('theirs'))).toBe('allowed');
    expect(policies.decide(role, 'glue:StartCrawler', arn('theirs2'))).toBe('denied');
    expect(policies.decide(role, 'glue:UpdateCrawler', arn('theirs'))).toBe('denied');
    expect(theirs.bind(stack, 'Crawl', context).writes).toBe(writes);
    expect(Crawler.fromCrawlerName(stack, 'Other', 'other').bind(stack, 'Crawl2', context).writes).toEqual([]);
  });

  test('the database may be in another stack', () => {
    const { app, storage, catalog } = lake();
    const other = new Stack(app, 'Other');
    new Crawler(other, 'Crawler', {
      database: catalog.raw,
      targets: [CrawlerTarget.s3(storage.raw.location('orders'))],
    });
    Template.fromStack(other).hasResourceProperties('AWS::Glue::Crawler', { DatabaseName: 'raw' });
  });
});

describe('events', () => {
  test('a failed crawl and any change of state', () => {
    const { stack, crawler } = crawl();
    const target = new targets.SqsQueue(new sqs.Queue(stack, 'Queue'));
    crawler.onFailure('Failed', { target });
    crawler.onStateChange('Changed', { target, description: 'all' });
    const template = Template.fromStack(stack);
    const detail = { crawlerName: [{ Ref: Match.stringLikeRegexp('^Crawler') }] };
    const pattern = { source: ['aws.glue'], 'detail-type': ['Glue Crawler State Change'] };
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { ...pattern, detail: { ...detail, state: ['Failed'] } },
      Targets: Match.anyValue(),
    });
    template.hasResourceProperties('AWS::Events::Rule', { Description: 'all', EventPattern: { ...pattern, detail } });
  });
});

describe('as a pipeline task', () => {
  function definition() {
    const { stack, crawler } = crawl();
    const task = crawler.bind(stack, 'Crawl orders', context);
    const machine = new sfn.StateMachine(stack, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(task.start),
    });
    return { stack, crawler, machine, task };
  }

  interface State {
    readonly Type: string;
    readonly Next?: string;
    readonly Retry?: { ErrorEquals: string[]; MaxAttempts: number; IntervalSeconds: number }[];
    readonly Choices?: { Next: string }[];
    readonly Default?: string;
  }

  test('waits for a crawl that runs already, starts its own, and fails if that fails', () => {
    const { stack } = definition();
    const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
    const text = machine?.Properties.DefinitionString['Fn::Join'][1].map(String).join('') as string;
    const outer = JSON.parse(text.replace(/\[object Object\]/g, 'x')).States['Crawl orders'];
    expect(outer).toMatchObject({ Type: 'Parallel', ResultPath: null, End: true });
    const states = outer.Branches[0].States as Record<string, State>;
    expect(Object.keys(states).every((name) => name.startsWith('Crawl orders '))).toBe(true);
    const start = states['Crawl orders Start'];
    expect(start?.Retry?.[0]).toMatchObject({
      ErrorEquals: ['Glue.CrawlerRunningException', 'Glue.CrawlerStoppingException'],
      IntervalSeconds: 30,
    });
    expect(start?.Next).toBe('Crawl orders Wait');
    expect(states['Crawl orders Wait']?.Next).toBe('Crawl orders Look');
    const ended = states['Crawl orders Ended'];
    expect(ended?.Choices?.map(({ Next }) => Next)).toEqual(['Crawl orders Wait', 'Crawl orders Succeeded']);
    expect(ended?.Default).toBe('Crawl orders Failed');
  });

  test('the machine may start and watch exactly this crawler', () => {
    const { stack, crawler, machine } = definition();
    const policies = PolicyEvaluator.of(stack);
    const may = (action: string, arn: string) => policies.decide(machine.role, action, arn);
    expect(may('glue:StartCrawler', crawler.crawlerArn)).toBe('allowed');
    expect(may('glue:GetCrawler', crawler.crawlerArn)).toBe('allowed');
    expect(may('glue:StartCrawler', 'arn:aws:glue:eu-west-1:111111111111:crawler/other')).toBe('denied');
    expect(may('glue:DeleteCrawler', crawler.crawlerArn)).toBe('denied');
  });

  test('each binding makes new states, and tells of failures outside of the pipeline', () => {
    const { stack, crawler, task } = definition();
    const again = crawler.bind(stack, 'Again', context);
    expect(again.start).not.toBe(task.start);
    expect(again.failurePattern).toMatchObject({ source: ['aws.glue'], detail: { state: ['Failed'] } });
  });
});

describe('refused', () => {
  test.each<[string, () => Partial<CrawlerProps>, string]>([
    ['no target', () => ({ targets: [] }), 'NoTargets'],
    [
      'a rate',
      () => ({ schedule: events.Schedule.expression('rate(1 day)') }),
      'ScheduleNotCron: schedule "rate(1 day)"',
    ],
    [
      'new folders only, with updates',
      () => ({ recrawl: RecrawlPolicy.newFoldersOnly(), schemaChange: SchemaChangePolicy.update() }),
      'NewFoldersNeedLogOnly',
    ],
    [
      'catalogued tables beside files',
      () => {
        const { catalog, storage } = lake();
        const tables = CrawlerTarget.catalogTables([catalog.raw.dataset('orders')]);
        return { targets: [tables, CrawlerTarget.s3(storage.raw.location('a'))] };
      },
      'CatalogTargetsAlone',
    ],
  ])('%s', (_, props, message) => {
    expect(() => crawl(props())).toThrow(message);
  });

  test('a sample size and a level that Glue does not know', () => {
    const { storage } = lake();
    expect(() => CrawlerTarget.s3(storage.raw.location('a'), { sampleSize: 250 })).toThrow('InvalidSampleSize');
    expect(() => TableGrouping.atLevel(0)).toThrow('InvalidTableLevel: table level "0"');
  });

  test('tokens are taken as they are', () => {
    const { stack, storage, catalog } = lake();
    const sampleSize = Token.asNumber({ Ref: 'Sample' });
    const schedule = events.Schedule.expression(Token.asString({ Ref: 'Schedule' }));
    const target = CrawlerTarget.s3(storage.raw.location('a'), { sampleSize });
    expect(() => new Crawler(stack, 'Crawler', { database: catalog.raw, targets: [target], schedule })).not.toThrow();
  });
});

test('a crawler in an app of its own needs no other package', () => {
  const stack = new Stack(new App(), 'S');
  expect(() => Crawler.fromCrawlerName(stack, 'Theirs', 'theirs')).not.toThrow();
});
