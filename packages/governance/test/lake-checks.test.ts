import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IcebergTable, IcebergType, LakeDatabase } from '@lakewright/catalog';
import { DataLocation } from '@lakewright/core';
import { App, CfnResource, NestedStack, Stack, Validations } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lakeformation from 'aws-cdk-lib/aws-lakeformation';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { AthenaWorkgroup } from '../../consumption/src';
import { Federation, LakeChecks, Persona, PersonaKind } from '../src';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const federation = Federation.identityCenter('Lake');

/** A lake whose parts lie in stacks of their own: rules see through exports, imports and nested stacks. */
class SmallLake {
  public readonly app = new App();
  public readonly storage = new Stack(this.app, 'Storage', { env: ENV });
  public readonly stack = new Stack(this.app, 'Lake', { env: ENV });
  public readonly bucket = new s3.Bucket(this.storage, 'Datasets');
  public readonly location = DataLocation.of(this.bucket);
  public readonly database = new glue.CfnDatabase(this.stack, 'Db', {
    catalogId: ENV.account,
    databaseInput: { name: 'datasets', locationUri: this.location.uri },
  });

  public register(location = this.location, scope = this.stack): void {
    const { bucket, prefix } = location;
    new lakeformation.CfnResource(scope, `Location${prefix}`, {
      resourceArn: prefix === '' ? bucket.bucketArn : bucket.arnForObjects(prefix),
      useServiceLinkedRole: false,
    });
  }

  public table(columns: { name: string; type: string; comment?: string }[], parameters: object = {}): glue.CfnTable {
    return new glue.CfnTable(this.stack, 'Customers', {
      catalogId: ENV.account,
      databaseName: this.database.ref,
      tableInput: {
        name: 'customers',
        parameters,
        partitionKeys: [{ name: 'year', type: 'int' }],
        storageDescriptor: { columns, location: this.location.location('customers').uri },
      },
    });
  }

  /** A grant as the provider of `LakeFormation` takes it. */
  public grant(principal: string, resource: object, permissions = ['SELECT'], more: object = {}): CfnResource {
    return new CfnResource(this.stack, `Grants${this.stack.node.children.length}`, {
      type: 'Custom::LakewrightLakeFormationPermissions',
      properties: {
        ServiceToken: 'arn:aws:lambda:eu-west-1:111111111111:function:x',
        Owner: 'x',
        Grants: [{ Principal: principal, Resource: resource, Permissions: permissions }],
        ...more,
      },
    });
  }

  public filter(properties: { columns?: string[]; rows?: string }): void {
    new lakeformation.CfnDataCellsFilter(this.stack, 'Filter', {
      databaseName: this.database.ref,
      tableName: 'customers',
      tableCatalogId: ENV.account,
      name: 'european',
      ...(properties.columns ? { columnNames: properties.columns } : { columnWildcard: {} }),
      rowFilter: properties.rows ? { filterExpression: properties.rows } : { allRowsWildcard: {} },
    });
  }

  public role(id: string, principal: iam.IPrincipal = new iam.AccountRootPrincipal()): iam.Role {
    return new iam.Role(this.stack, id, { assumedBy: principal });
  }

  public findings(): string[] {
    this.app.synth();
    const context = { appConstruct: this.app, templatePaths: [], stackTemplates: [] };
    return new LakeChecks()
      .validate(context)
      .violations.map(({ ruleName, violatingResources }) => `${ruleName} @ ${violatingResources[0]?.constructPath}`);
  }
}

const CUSTOMERS = { TableWithColumns: { DatabaseName: 'datasets', Name: 'customers', ColumnNames: ['id'] } };
const WHOLE = { Table: { DatabaseName: 'datasets', Name: 'customers' } };
const COLUMNS = [
  { name: 'id', type: 'bigint' },
  { name: 'region', type: 'string' },
];

describe('Lakewright-LocationNotRegistered', () => {
  const RULE = 'Lakewright-LocationNotRegistered @ Lake/Db';

  test('a database with grants on it, at a location that is not registered', () => {
    const lake = new SmallLake();
    lake.grant(lake.role('Analyst').roleArn, WHOLE);
    expect(lake.findings()).toEqual([RULE]);
  });

  test('not: a registered location, also one above it, in another stack', () => {
    const lake = new SmallLake();
    lake.grant(lake.role('Analyst').roleArn, WHOLE);
    lake.register(lake.location, lake.storage);
    expect(lake.findings()).toEqual([]);
  });

  test('a neighbour of the location is not above it', () => {
    const lake = new SmallLake();
    lake.database.databaseInput = { name: 'datasets', locationUri: lake.location.location('marts-old').uri };
    lake.grant(lake.role('Analyst').roleArn, WHOLE);
    lake.register(lake.location.location('marts'));
    expect(lake.findings()).toEqual([RULE]);
  });

  test('a database without default permissions of tables is governed, and a table at a place of its own is looked at', () => {
    const lake = new SmallLake();
    lake.database.databaseInput = { name: 'datasets', createTableDefaultPermissions: [] };
    lake.table(COLUMNS);
    lake.grant(lake.role('Analyst').roleArn, WHOLE);
    expect(lake.findings()).toEqual(['Lakewright-LocationNotRegistered @ Lake/Customers']);
    const closed = new SmallLake();
    closed.database.databaseInput = {
      name: 'datasets',
      locationUri: closed.location.uri,
      createTableDefaultPermissions: [],
    };
    expect(closed.findings()).toEqual([RULE]);
  });

  test('not: a database that IAM governs', () => {
    expect(new SmallLake().findings()).toEqual([]);
  });
});

describe('Lakewright-AnalystReadsObjects', () => {
  const lakeWith = (give: (lake: SmallLake, analyst: iam.Role) => void, kind = PersonaKind.analyst()): SmallLake => {
    const lake = new SmallLake();
    lake.register(lake.location.location('customers'));
    give(lake, new Persona(lake.stack, 'Analyst', { federation, kind }));
    return lake;
  };
  const RULE = 'Lakewright-AnalystReadsObjects @ Lake/Analyst/Resource';

  test.each<[string, (lake: SmallLake, analyst: iam.Role) => void]>([
    ['on the bucket', (lake, analyst) => lake.location.grants.read(analyst)],
    ['on the location', (lake, analyst) => lake.location.location('customers').grants.read(analyst)],
    ['on a part of it', (lake, analyst) => lake.location.location('customers/2024').grants.read(analyst)],
    [
      'by a wildcard',
      (_, analyst) => analyst.addToPolicy(new iam.PolicyStatement({ actions: ['s3:Get*'], resources: ['*'] })),
    ],
    [
      'by a managed policy',
      (lake, analyst) => {
        const statements = [
          new iam.PolicyStatement({ actions: ['s3:*'], resources: [lake.bucket.arnForObjects('*')] }),
        ];
        analyst.addManagedPolicy(new iam.ManagedPolicy(lake.stack, 'Policy', { statements }));
      },
    ],
  ])('a right %s', (_, give) => expect(lakeWith(give).findings()).toEqual([RULE]));

  test.each<[string, (lake: SmallLake, analyst: iam.Role) => void]>([
    ['none', () => undefined],
    ['on its neighbour', (lake, analyst) => lake.location.location('customers-public').grants.read(analyst)],
    [
      'to list',
      (lake, analyst) =>
        analyst.addToPolicy(
          new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [lake.bucket.bucketArn] }),
        ),
    ],
  ])('not: %s', (_, give) => expect(lakeWith(give).findings()).toEqual([]));

  test('not: what is denied', () => {
    const lake = new SmallLake();
    lake.register();
    const analyst = new Persona(lake.stack, 'Analyst', {
      federation,
      kind: PersonaKind.analyst({ denied: [lake.location] }),
    });
    lake.location.grants.read(analyst);
    expect(lake.findings()).toEqual([]);
  });

  test('not: an engineer', () => {
    expect(lakeWith((lake, role) => lake.location.grants.read(role), PersonaKind.engineer()).findings()).toEqual([]);
  });

  test('any role that sees a part of a table is an analyst', () => {
    const lake = new SmallLake();
    lake.register();
    const role = lake.role('Bi');
    lake.location.grants.read(role);
    lake.grant(role.roleArn, CUSTOMERS);
    expect(lake.findings()).toEqual(['Lakewright-AnalystReadsObjects @ Lake/Bi/Resource']);
  });
});

describe('Lakewright-IamAllowedPrincipals', () => {
  test('granted by the provider, by CloudFormation, or by default', () => {
    const lake = new SmallLake();
    const own = lake.grant('IAM_ALLOWED_PRINCIPALS', WHOLE);
    new lakeformation.CfnPrincipalPermissions(lake.stack, 'Native', {
      principal: { dataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' },
      resource: { database: { catalogId: ENV.account, name: 'datasets' } },
      permissions: ['ALL'],
      permissionsWithGrantOption: [],
    });
    lake.database.databaseInput = {
      name: 'datasets',
      createTableDefaultPermissions: [
        { permissions: ['ALL'], principal: { dataLakePrincipalIdentifier: 'IAM_ALLOWED_PRINCIPALS' } },
      ],
    };
    expect(lake.findings().sort()).toEqual(
      [
        'Lakewright-IamAllowedPrincipals @ Lake/Db',
        `Lakewright-IamAllowedPrincipals @ ${own.node.path}`,
        'Lakewright-IamAllowedPrincipals @ Lake/Native',
      ].sort(),
    );
  });

  test('not: a grant to a role', () => {
    const lake = new SmallLake();
    lake.register();
    lake.grant(lake.role('Analyst').roleArn, WHOLE);
    expect(lake.findings()).toEqual([]);
  });
});

describe('Lakewright-UnknownFilterColumn', () => {
  const RULE = 'Lakewright-UnknownFilterColumn @ Lake/Filter';

  test.each([
    [{ columns: ['id', 'phone'] }],
    [{ rows: "country = 'DE'" }],
    [{ rows: "id = 'x'" }],
    [{ rows: "upper(region) = 'EU'" }],
    [{ rows: 'year IS NULL' }],
  ])('a filter by %j', (filter) => {
    const lake = new SmallLake();
    lake.table(COLUMNS);
    lake.filter(filter);
    expect(lake.findings()).toEqual([RULE]);
  });

  test.each([[{ columns: ['id', 'Region'] }], [{ rows: "region <> 'EU' AND year = 2024" }]])(
    'not: a filter by %j',
    (filter) => {
      const lake = new SmallLake();
      lake.table(COLUMNS);
      lake.filter(filter);
      expect(lake.findings()).toEqual([]);
    },
  );

  test('not: columns of a table that is not declared; its filter is read all the same', () => {
    const lake = new SmallLake();
    lake.filter({ rows: "country = 'DE'" });
    expect(lake.findings()).toEqual([]);
    const wrong = new SmallLake();
    wrong.filter({ rows: 'now() > seen' });
    expect(wrong.findings()).toEqual([RULE]);
  });

  test('filters and grants of the provider', () => {
    const lake = new SmallLake();
    lake.register();
    lake.table(COLUMNS);
    const Filters = [{ DatabaseName: 'datasets', TableName: 'customers', Name: 'f', RowFilter: 'nothing = 1' }];
    const grant = lake.grant(lake.role('Analyst').roleArn, WHOLE, ['SELECT'], { Filters });
    const columns = { DatabaseName: 'datasets', Name: 'customers', ColumnWildcard: { ExcludedColumnNames: ['phone'] } };
    const other = lake.grant(lake.role('Other').roleArn, { TableWithColumns: columns });
    expect(lake.findings()).toEqual([
      `Lakewright-UnknownFilterColumn @ ${grant.node.path}`,
      `Lakewright-UnknownFilterColumn @ ${other.node.path}`,
    ]);
  });
});

describe('Lakewright-UntaggedPersonalData', () => {
  const personal = [
    { name: 'id', type: 'bigint' },
    { name: 'Email', type: 'string', comment: 'PII: of the customer' },
  ];
  const RULE = 'Lakewright-UntaggedPersonalData @ Lake/Customers';

  function lakeOf(reader: (lake: SmallLake) => iam.Role, columns = personal): SmallLake {
    const lake = new SmallLake();
    lake.table(columns);
    lake.location.grants.read(reader(lake));
    return lake;
  }

  test('people who can read the objects', () => {
    expect(lakeOf((lake) => lake.role('Somebody')).findings()).toEqual([RULE]);
  });

  test('not: a service that can', () => {
    const service = new iam.ServicePrincipal('glue.amazonaws.com');
    expect(lakeOf((lake) => lake.role('Job', service)).findings()).toEqual([]);
  });

  test('not: columns that are tagged, or that are no personal data', () => {
    const lake = lakeOf((one) => one.role('Somebody'));
    new lakeformation.CfnTagAssociation(lake.stack, 'Tag', {
      lfTags: [{ catalogId: ENV.account, tagKey: 'sensitivity', tagValues: ['high'] }],
      resource: {
        tableWithColumns: {
          catalogId: ENV.account,
          databaseName: 'datasets',
          name: 'customers',
          columnNames: ['email'],
        },
      },
    });
    expect(lake.findings()).toEqual([]);
    const plain = [{ name: 'email', type: 'string', comment: 'no pii' }];
    expect(lakeOf((one) => one.role('Somebody'), plain).findings()).toEqual([]);
  });

  test('a parameter of the table marks columns, too', () => {
    const lake = new SmallLake();
    lake.table(COLUMNS, { personal: 'phone, region' });
    lake.location.grants.read(lake.role('Somebody'));
    expect(lake.findings()).toEqual([RULE]);
  });

  test('not: nobody who can read the objects', () => {
    const lake = new SmallLake();
    lake.table(personal);
    lake.role('Somebody');
    expect(lake.findings()).toEqual([]);
  });
});

describe('Lakewright-IcebergDdlNeedsObjects', () => {
  const DATA = (lake: SmallLake): object => ({ DataLocation: { ResourceArn: lake.bucket.bucketArn } });
  const service = new iam.ServicePrincipal('ecs-tasks.amazonaws.com');

  function dbt(give: (lake: SmallLake, role: iam.Role) => void): SmallLake {
    const lake = new SmallLake();
    lake.register();
    const role = lake.role('Dbt', service);
    const actions = ['athena:StartQueryExecution', 'glue:CreateTable'];
    role.addToPolicy(new iam.PolicyStatement({ actions, resources: ['*'] }));
    lake.grant(role.roleArn, DATA(lake), ['DATA_LOCATION_ACCESS']);
    give(lake, role);
    return lake;
  }

  test("a dbt role with Lake Formation's half alone", () => {
    expect(dbt(() => undefined).findings()).toEqual(['Lakewright-IcebergDdlNeedsObjects @ Lake/Dbt/Resource']);
    expect(dbt((lake, role) => lake.location.grants.read(role)).findings()).toHaveLength(1);
  });

  test('not: with rights on the objects', () => {
    expect(dbt((lake, role) => lake.location.grants.readWrite(role)).findings()).toEqual([]);
  });

  test('not: a role that makes no tables', () => {
    const lake = new SmallLake();
    lake.register();
    lake.grant(lake.role('Job', service).roleArn, DATA(lake), ['DATA_LOCATION_ACCESS']);
    expect(lake.findings()).toEqual([]);
  });

  test('the provider of IcebergTable has them, and is found out if they are denied', () => {
    const make = (deny: boolean): string[] => {
      const lake = new SmallLake();
      lake.register();
      const database = LakeDatabase.fromLakeDatabaseAttributes(lake.stack, 'Marts', {
        databaseName: 'marts',
        location: lake.location.location('marts'),
      });
      new IcebergTable(lake.stack, 'Orders', {
        database,
        tableName: 'orders',
        workgroup: new AthenaWorkgroup(lake.stack, 'Workgroup'),
        columns: [{ name: 'id', type: IcebergType.BIGINT }],
      });
      const role = lake.stack.node
        .findAll()
        .find((node) => node instanceof iam.Role && node.node.path.includes('Iceberg'));
      if (deny) {
        (role as iam.Role).addToPolicy(
          new iam.PolicyStatement({
            effect: iam.Effect.DENY,
            actions: ['s3:PutObject'],
            resources: [lake.bucket.arnForObjects('*')],
          }),
        );
      }
      return lake.findings();
    };
    expect(make(false)).toEqual([]);
    expect(make(true)).toEqual(['Lakewright-IcebergDdlNeedsObjects @ Lake/LakewrightIcebergTables/Role/Resource']);
  });
});

describe('as a plugin of CDK', () => {
  function report(acknowledge: (lake: SmallLake) => void): { findings: string[]; text: string; failure: string } {
    const lake = new SmallLake();
    const nested = new NestedStack(lake.stack, 'Nested');
    const analyst = new Persona(nested, 'Analyst', { federation });
    lake.location.grants.read(analyst);
    lake.register();
    acknowledge(lake);
    Validations.of(lake.app).addPlugins(new LakeChecks());
    const { exitCode } = process;
    const validation = process.env.CDK_VALIDATION;
    process.env.CDK_VALIDATION = 'true';
    let failure = '';
    try {
      lake.app.synth();
    } catch (error) {
      failure = (error as Error).message;
    }
    process.env.CDK_VALIDATION = validation ?? 'false';
    process.exitCode = exitCode; // a violation sets it, and that would fail the test run
    const path = join(lake.app.outdir, 'validation-report.json');
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const { pluginReports = [] } = JSON.parse(text || '{}') as {
      pluginReports?: { violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[] }[];
    };
    const violations = pluginReports.flatMap((one) => one.violations);
    return {
      failure,
      text,
      findings: violations
        .filter(({ ruleName }) => ruleName.startsWith('Lakewright-'))
        .map(({ ruleName, violatingConstructs }) => `${ruleName} @ ${violatingConstructs[0]?.constructPath}`),
    };
  }

  test('a finding has the path of the construct, what is wrong, and the way out', { timeout: 60_000 }, () => {
    const { findings, text, failure } = report(() => undefined);
    expect(failure).toContain('an analyst');
    expect(findings).toEqual(['Lakewright-AnalystReadsObjects @ Lake/Nested/Analyst/Resource']);
    expect(text).toContain('reads the objects of arn:*:s3:::<Storage/Datasets');
    expect(text).toContain('PersonaKind.analyst({ denied: [location] })');
  });

  test('what is acknowledged above the construct is no finding, what is acknowledged elsewhere is', {
    timeout: 60_000,
  }, () => {
    const acknowledge = (path: string) => (lake: SmallLake) =>
      Validations.of(lake.stack.node.findChild(path)).acknowledge({
        id: 'Lakewright-AnalystReadsObjects',
        reason: 'a trial',
      });
    expect(report(acknowledge('Nested')).findings).toEqual([]);
    expect(report(acknowledge('Db')).findings).toHaveLength(1);
  });
});
