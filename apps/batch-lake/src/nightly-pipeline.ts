import type { Crawler, LakeCatalog } from '@lakewright/catalog';
import { DataLocation, type IAthenaWorkgroup, type LakeEnvironment } from '@lakewright/core';
import type { LakeStorage } from '@lakewright/storage';
import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { PARTNER_FILES } from './partner-files';
import { VersionedTable } from './versioned-table';

export interface NightlyPipelineProps {
  readonly environment: LakeEnvironment;
  readonly partnerBucket: s3.IBucket;
  readonly storage: LakeStorage;
  readonly catalog: LakeCatalog;
  readonly crawlers: Crawler[];
  readonly workgroup: IAthenaWorkgroup;
}

/**
 * Copy → crawl → convert → data sets → check → publish → retire.
 *
 * Every run makes new tables, `flights_<run>`, each on a prefix of its own. Only when the check finds nothing wrong do the
 * views `flights`, `worst_routes` … move to them, so a failed run leaves yesterday's data in place, and the machine can
 * run again at any time. Older versions go after queries that still read them have had time to end.
 */
export class NightlyPipeline extends Construct {
  public readonly stateMachine: sfn.StateMachine;

  public constructor(scope: Construct, id: string, props: NightlyPipelineProps) {
    super(scope, id);
    const { storage, catalog, workgroup, environment } = props;
    const databases = {
      raw: catalog.raw.databaseName,
      converted: catalog.converted.databaseName,
      datasets: catalog.datasets.databaseName,
    };
    const table = (name: string, zone: 'converted' | 'datasets') =>
      new VersionedTable(this, name, { name, database: databases[zone], zone: storage[zone], databases, workgroup });
    const flights = table('flights', 'converted');
    const datasets = ['delays_by_airport_month', 'worst_routes', 'weather_delay'].map((name) =>
      table(name, 'datasets'),
    );
    const all = [flights, ...datasets];

    const definition = sfn.Chain.start(this.nameTheRun())
      .next(this.copyPartnerFiles(props))
      .next(
        this.parallel(
          'Crawl raw',
          props.crawlers.map((crawler) => crawler.bind(this, crawler.node.id, { environment }).start),
        ),
      )
      .next(flights.create())
      .next(
        this.parallel(
          'Make data sets',
          datasets.map((dataset) => dataset.create()),
        ),
      )
      .next(this.check(props, databases))
      .next(
        this.parallel(
          'Publish',
          all.map((version) => version.publish()),
        ),
      )
      .next(new sfn.Wait(this, 'Let running queries end', { time: sfn.WaitTime.duration(Duration.minutes(30)) }))
      .next(
        this.parallel(
          'Retire old versions',
          all.map((version) => version.retire()),
        ),
      );

    // Upstream's Athena states would add s3:GetObject on every bucket: the role gets what grantRights says, and no more.
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      role: role.withoutPolicyUpdates(),
      definitionBody: sfn.DefinitionBody.fromChainable(definition),
      timeout: Duration.hours(6),
      tracingEnabled: true,
      logs: {
        level: sfn.LogLevel.ERROR,
        destination: new logs.LogGroup(this, 'Logs', {
          retention: environment.logRetention,
          removalPolicy: environment.removalPolicy,
        }),
      },
    });
    this.grantRights(role, props);
    this.stateMachine.node.addDependency(role); // its policy must be there before the machine is
  }

  /** `$run`: the same in each retry, and fit for a table's name. */
  private nameTheRun(): sfn.Pass {
    return sfn.Pass.jsonPath(this, 'Name the run', {
      assign: { run: sfn.JsonPath.hash(sfn.JsonPath.stringAt('$$.Execution.Name'), 'MD5') },
      resultPath: sfn.JsonPath.DISCARD,
    });
  }

  private copyPartnerFiles({ partnerBucket, storage }: NightlyPipelineProps): sfn.Map {
    const copy = tasks.CallAwsService.jsonata(this, 'Copy partner file', {
      service: 's3',
      action: 'copyObject',
      iamAction: 's3:PutObject',
      iamResources: PARTNER_FILES.map(({ target }) => storage.raw.bucket.arnForObjects(target)),
      parameters: {
        Bucket: storage.raw.bucket.bucketName,
        Key: '{% $states.input.target %}',
        CopySource: `{% ${JSON.stringify(`${partnerBucket.bucketName}/`)} & $states.input.source %}`,
        TaggingDirective: 'REPLACE', // the partner's tags are not ours, and reading them needs a right of its own
      },
    });
    copy.addRetry({ maxAttempts: 3 });
    return sfn.Map.jsonata(this, 'Copy partner files', {
      items: sfn.ProvideItems.jsonArray([...PARTNER_FILES]),
      maxConcurrency: 4,
    }).itemProcessor(copy);
  }

  private check({ workgroup }: NightlyPipelineProps, databases: Record<string, string>): sfn.Chain {
    const query = VersionedTable.query(this, 'Check', 'check', workgroup, databases);
    const read = tasks.AthenaGetQueryResults.jsonata(this, 'Read check', {
      queryExecutionId: '{% $states.input.QueryExecution.QueryExecutionId %}',
      outputs: { violations: '{% $number($states.result.ResultSet.Rows[1].Data[0].VarCharValue) %}' },
    });
    const passed = new sfn.Pass(this, 'Check passed');
    const verdict = sfn.Choice.jsonata(this, 'Any violation?')
      .when(
        sfn.Condition.jsonata('{% $states.input.violations > 0 %}'),
        sfn.Fail.jsonata(this, 'Check failed', {
          error: 'CheckFailed',
          cause: '{% "the check found " & $string($states.input.violations) & " violations: nothing was published" %}',
        }),
      )
      .otherwise(passed);
    return sfn.Chain.custom(query, [passed], query.next(read).next(verdict));
  }

  private parallel(name: string, branches: sfn.IChainable[]): sfn.Parallel {
    return new sfn.Parallel(this, name, { resultPath: sfn.JsonPath.DISCARD }).branch(...branches);
  }

  private grantRights(role: iam.Role, props: NightlyPipelineProps): void {
    const { partnerBucket, storage, catalog, workgroup, crawlers } = props;
    workgroup.grants.query(role);
    for (const crawler of crawlers) crawler.grants.start(role);
    DataLocation.of(partnerBucket).grants.read(role);
    for (const { target } of PARTNER_FILES) {
      const [folder] = target.split('/');
      storage.raw.location(folder).grants.readWrite(role);
      catalog.raw.dataset(folder).grants.read(role);
    }
    for (const database of [catalog.converted, catalog.datasets]) database.grants.manageTables(role);
    role.addToPolicy(new iam.PolicyStatement({ actions: LOG_AND_TRACE, resources: ['*'] }));
  }
}

/**
 * What a state machine that logs and traces needs; none of it takes a resource.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
 */
const LOG_AND_TRACE = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
];
