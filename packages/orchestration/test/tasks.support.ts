import { createRequire } from 'node:module';
import type { IDataset, IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import type { ResolvedApp } from './support';

export function testStack(): { app: App; stack: Stack } {
  const app = new App();
  return { app, stack: new Stack(app, 'Stack') };
}

export interface JobOptions {
  readonly reads?: string[];
  readonly writes?: string[];
}

/** A task of one state: a Glue job that is there already. */
export class Job extends Construct implements IPipelineTask {
  public readonly job: glue.IJob;

  public constructor(
    scope: Construct,
    id: string,
    private readonly options: JobOptions = {},
  ) {
    super(scope, id);
    this.job = glue.Job.fromJobAttributes(this, 'Job', { jobName: `job-${id}` });
  }

  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const run = new tasks.GlueStartJobRun(scope, id, {
      glueJobName: this.job.jobName,
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      arguments: sfn.TaskInput.fromObject({
        '--run_id': sfn.JsonPath.stringAt(context.runIdPath ?? '$$.Execution.Name'),
      }),
      resultPath: sfn.JsonPath.DISCARD,
    });
    return {
      start: run,
      ends: [run],
      reads: (this.options.reads ?? []).map(dataset),
      writes: (this.options.writes ?? []).map(dataset),
      failurePattern: {
        source: ['aws.glue'],
        detailType: ['Glue Job State Change'],
        detail: { jobName: [this.job.jobName], state: ['FAILED', 'TIMEOUT', 'ERROR'] },
      },
    };
  }
}

/** A task of several states, whose result would replace the input, and with two ends. */
export class Steps extends Construct implements IPipelineTask {
  public bind(scope: Construct, id: string): PipelineTaskConfig {
    const begin = new sfn.Pass(scope, `${id}: begin`, { result: sfn.Result.fromObject({ done: false }) });
    const wait = new sfn.Wait(scope, `${id}: wait`, { time: sfn.WaitTime.duration(Duration.seconds(1)) });
    const nothing = new sfn.Pass(scope, `${id}: nothing`);
    const choice = new sfn.Choice(scope, `${id}: which`)
      .when(sfn.Condition.booleanEquals('$.done', false), wait)
      .otherwise(nothing);
    begin.next(choice);
    return { start: begin, ends: [wait, nothing], reads: [], writes: [] };
  }
}

/** A task that brings a right on everything there is. */
export class Wide extends Construct implements IPipelineTask {
  public bind(scope: Construct, id: string): PipelineTaskConfig {
    const state = new tasks.CallAwsService(scope, id, {
      service: 's3',
      action: 'getObject',
      iamResources: ['*'],
      resultPath: sfn.JsonPath.DISCARD,
    });
    return { start: state, ends: [state], reads: [], writes: [] };
  }
}

/** A task that grants to whom its states act as. */
export class Granting extends Construct implements IPipelineTask {
  public bind(scope: Construct, id: string, { grantee }: PipelineTaskContext): PipelineTaskConfig {
    const state = new sfn.Pass(scope, id, { resultPath: sfn.JsonPath.DISCARD });
    if (grantee) {
      iam.Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: ['arn:aws:s3:::bucket/a'] });
    }
    return { start: state, ends: [state], reads: [], writes: [] };
  }
}

function dataset(name: string): IDataset {
  const [databaseName, tableName] = name.split('.');
  return { databaseName, tableName } as IDataset;
}

/** What the schema of Amazon States Language finds in a definition. */
export function aslErrors(definition: unknown): unknown[] {
  // the package's types lie where its package.json doesn't say
  const validate = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => { errors: unknown[] };
  return validate(definition).errors;
}

export interface Definition {
  readonly StartAt: string;
  readonly States: Record<string, StateJson>;
}

export interface StateJson {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Branches?: Definition[];
  readonly [field: string]: unknown;
}

/** The definition of the only machine, or of that whose id begins so. */
export function definitionOf(resolved: ResolvedApp, begin = ''): Definition {
  const machine = resolved.resources('AWS::StepFunctions::StateMachine').find(({ id }) => id.startsWith(begin));
  return JSON.parse(String(machine?.properties.DefinitionString));
}

/** `a, then b and c side by side`: the order of a definition as nested lists. */
export function shape({ StartAt, States }: Definition): unknown[] {
  const order: unknown[] = [];
  for (let name: string | undefined = StartAt; name; name = States[name]?.Next) {
    const state: StateJson | undefined = States[name];
    const branches = name.startsWith('Stage ') ? state?.Branches : undefined;
    order.push(branches ? branches.map(shape) : name);
  }
  return order;
}

export function template(stack: Stack): Template {
  return Template.fromStack(stack);
}
