import type { IAthenaWorkgroup, IZone } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { jsonata, sqlExpression } from './sql';

export interface VersionedTableProps {
  /** The view's name; versions are called `<name>_<run>`, and `sql/<name>.sql` makes one. */
  readonly name: string;
  readonly database: string;
  readonly zone: IZone;
  /** What `{{raw}}`, `{{converted}}` and `{{datasets}}` mean in SQL. */
  readonly databases: Record<string, string>;
  readonly workgroup: IAthenaWorkgroup;
  /**
   * The template declares the table `<name>`: it stays, with all grants on it, and moves to the files of the last good
   * version. For tables of which some may see a part only: Athena reads no such table through a view.
   *
   * @default - `<name>` is a view
   * @see https://docs.aws.amazon.com/athena/latest/ug/lf-athena-limitations.html
   */
  readonly declared?: boolean;
}

/** A table that each run makes anew, behind a name that always shows the last good version. */
export class VersionedTable extends Construct {
  /** A state that runs `sql/<file>.sql` and waits for its end. */
  public static query(
    scope: Construct,
    id: string,
    file: string,
    workgroup: IAthenaWorkgroup,
    values: Record<string, string>,
    expressions: Record<string, string> = {},
  ): sfn.TaskStateBase {
    return athena(scope, id, sqlExpression(file, values, { run: '$run', ...expressions }), workgroup);
  }

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: VersionedTableProps,
  ) {
    super(scope, id);
  }

  /** Makes this run's version. */
  public create(): sfn.IChainable & sfn.INextable {
    const { name, zone, workgroup, databases } = this.props;
    // A retried CTAS must find its prefix empty, so each attempt has one of its own.
    const prefix = JSON.stringify(`${zone.location(name).uri}`);
    const location = `${prefix} & $run & "-" & $string($states.context.State.RetryCount) & "/"`;
    return VersionedTable.query(this, `Make ${name}`, name, workgroup, databases, { location });
  }

  /** Moves the name to this run's version: readers see the old one or the new one, never half of it. */
  public publish(): sfn.IChainable {
    const { name, database, workgroup, declared } = this.props;
    if (declared) return this.relocate();
    const text = `CREATE OR REPLACE VIEW ${database}.${name} AS SELECT * FROM ${database}.${name}_{{run}}`;
    return athena(this, `Publish ${name}`, jsonata(text, {}, { run: '$run' }), workgroup);
  }

  private relocate(): sfn.IChainable {
    const { name, database, workgroup } = this.props;
    const find = tasks.CallAwsService.jsonata(this, `Find new ${name}`, {
      service: 'glue',
      action: 'getTable',
      iamResources: ['*'],
      parameters: { DatabaseName: database, Name: `{% ${JSON.stringify(`${name}_`)} & $run %}` },
      outputs: { location: '{% $states.result.Table.StorageDescriptor.Location %}' },
    });
    const text = `ALTER TABLE ${database}.${name} SET LOCATION '{{location}}'`;
    const values = { location: '$states.input.location' };
    return find.next(athena(this, `Publish ${name}`, jsonata(text, {}, values), workgroup));
  }

  /** Deletes all other versions, objects first. */
  public retire(): sfn.IChainable {
    const { name, database, zone } = this.props;
    const find = tasks.CallAwsService.jsonata(this, `Find old ${name}`, {
      service: 'glue',
      action: 'getTables',
      iamResources: ['*'],
      parameters: { DatabaseName: database, Expression: `${name}_[0-9a-f]{32}` },
      outputs: {
        versions: `{% [$states.result.TableList[Name != ${JSON.stringify(`${name}_`)} & $run].{"name": Name, "prefix": $substringAfter($substringAfter(StorageDescriptor.Location, "s3://"), "/")}] %}`,
      },
    });
    const list = tasks.CallAwsService.jsonata(this, `List old ${name}`, {
      service: 's3',
      action: 'listObjectsV2',
      iamAction: 's3:ListBucket',
      iamResources: [zone.bucket.bucketArn],
      parameters: {
        Bucket: zone.bucket.bucketName,
        Prefix: '{% $states.input.prefix %}',
      },
      outputs: {
        name: '{% $states.input.name %}',
        prefix: '{% $states.input.prefix %}',
        objects: '{% [$states.result.Contents.{"Key": Key}] %}',
      },
    });
    const deleteObjects = tasks.CallAwsService.jsonata(this, `Delete old ${name}`, {
      service: 's3',
      action: 'deleteObjects',
      iamAction: 's3:DeleteObject',
      iamResources: [zone.location(name).objectsArn],
      parameters: {
        Bucket: zone.bucket.bucketName,
        Delete: { Objects: '{% $states.input.objects %}', Quiet: true },
      },
      outputs: '{% $states.input %}',
    });
    const drop = tasks.CallAwsService.jsonata(this, `Drop old ${name}`, {
      service: 'glue',
      action: 'deleteTable',
      iamResources: ['*'],
      parameters: { DatabaseName: database, Name: '{% $states.input.name %}' },
    });
    const more = sfn.Choice.jsonata(this, `Objects left of ${name}?`)
      .when(sfn.Condition.jsonata('{% $count($states.input.objects) > 0 %}'), deleteObjects.next(list))
      .otherwise(drop);
    const each = sfn.Map.jsonata(this, `Retire each ${name}`, {
      items: sfn.ProvideItems.jsonata('{% $states.input.versions %}'),
    }).itemProcessor(list.next(more));
    return find.next(each);
  }

  /** Lake Formation gives its rights to Athena, not to whoever deletes objects. */
  public grantRetire(role: iam.IRole): void {
    const { name, zone } = this.props;
    zone.location(name).grants.delete(role);
  }
}

function athena(scope: Construct, id: string, queryString: string, workgroup: IAthenaWorkgroup): sfn.TaskStateBase {
  const task = tasks.AthenaStartQueryExecution.jsonata(scope, id, {
    stateName: id,
    queryString,
    workGroup: workgroup.workgroupName,
    integrationPattern: sfn.IntegrationPattern.RUN_JOB,
  });
  task.addRetry({
    errors: ['Athena.TooManyRequestsException', 'Athena.InternalServerException', 'States.TaskFailed'],
    interval: Duration.seconds(10),
    maxAttempts: 2,
  });
  return task;
}
