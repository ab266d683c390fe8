import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { deploy } from '../../src/actions/run/deploy';
import { loadAssembly } from '../../src/assembly';
import { classify } from '../../src/assembly/classify';
import { MemoryHost } from '../../src/host/host';
import { LocalLake } from '../../src/local-lake';
import type { ApiShape } from '../../src/services/api-shape';
import type { TaskMeasures } from '../../src/services/service';
import { onTrace } from '../../src/services/states/trace';
import { EMPTY_CONFIG } from '../../src/workspace/config';
import { FolderWorkspace } from '../../src/workspace/folder-workspace';

/** By a path that TypeScript doesn't follow: these are other packages' sources. */
const source = async (name: string): Promise<ApiShape> =>
  await import(path.join(__dirname, `../../../${name}/src/index.ts`));

export interface Execution {
  readonly status: string;
  readonly error?: string;
  /** The ECS task, where it failed. */
  readonly cause?: ApiShape;
  readonly measures?: TaskMeasures;
  /** What the task printed. */
  readonly output: string;
  readonly seconds: number;
}

export interface ProjectLake {
  readonly lake: LocalLake;
  /** Of the project; `synthesize` takes over what changed. */
  readonly project: string;
  synthesize(): Promise<void>;
  /** Runs a pipeline to its end: the whole project, what has the tag `daily`, or the models that were modified. */
  run(pipeline: 'Whole' | 'Daily' | 'Modified'): Promise<Execution>;
  /** Lets a process import dbt ahead; resolves when it has. */
  warmUp(): Promise<void>;
  /** The next run is one after an edit of the project alone, as `--watch` has it. */
  edited(): Promise<void>;
  /** Rows of a query of somebody who may everything. */
  ask(sql: string): Promise<(string | null)[][]>;
  close(): Promise<void>;
}

/**
 * A lake from the constructs as a user writes them: two zones, a database that dbt writes, one that it reads, a dbt project,
 * and state machines that run all of it and parts of it.
 */
export async function projectLake(folders: string[], governed = false): Promise<ProjectLake> {
  const { LakeStorage } = await source('storage');
  const { LakeDatabase } = await source('catalog');
  const { AthenaWorkgroup } = await source('consumption');
  const { LakeEnvironment, PermissionModel } = await source('core');
  const { LakeFormation } = await source('governance');
  const { DbtCode, DbtProject, LakeNetwork } = await source('etl');
  // Longer than one test.
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-dbt-'));
  const project = path.join(folder, 'project');
  for (const one of folders) fs.cpSync(one, project, { recursive: true });
  const outdir = path.join(folder, 'cdk.out');

  const synth = (): void => {
    fs.rmSync(outdir, { recursive: true, force: true });
    const app = new App({ outdir });
    const stack = new Stack(app, 'Lake');
    const storage = new LakeStorage(stack, 'Storage');
    const database = (databaseName: string, zone: ApiShape) =>
      new LakeDatabase(stack, databaseName, {
        databaseName,
        location: zone.location(databaseName),
        permissions: governed ? PermissionModel.lakeFormation() : PermissionModel.iam(),
      });
    const [shop, raw] = [database('shop', storage.datasets), database('raw', storage.raw)];
    if (governed) new LakeFormation(stack, 'Governance', { databases: [shop, raw] });
    const dbt = new DbtProject(stack, 'Dbt', {
      code: DbtCode.fromDirectory(project),
      database: shop,
      sources: [raw],
      workgroup: new AthenaWorkgroup(stack, 'Workgroup', { enforced: false }),
      artifacts: storage.datasets.location('_dbt'),
      network: new LakeNetwork(stack, 'Network'),
      environment: LakeEnvironment.sandbox(),
    });
    const context = { environment: LakeEnvironment.sandbox() };
    for (const [id, task] of [
      ['Whole', dbt],
      ['Daily', dbt.select('tag:daily')],
      ['Modified', dbt.select('path:models', { modifiedOnly: true })],
    ] as const) {
      const { start } = task.bind(new Stack(app, `${id}Pipeline`), id, context);
      new sfn.StateMachine(Stack.of(start), 'Machine', {
        stateMachineName: id,
        definitionBody: sfn.DefinitionBody.fromChainable(sfn.Chain.start(start)),
      });
    }
    app.synth();
  };

  synth();
  const workspace = await FolderWorkspace.open(path.join(folder, '.lakewright'), { command: 'test' });
  const host = new MemoryHost();
  const lake = new LocalLake(workspace, { ...EMPTY_CONFIG, directory: folder }, host, loadAssembly(outdir));
  const deployed = () => deploy(lake, classify(lake.resources, lake.services));
  await deployed();
  const synthesize = async () => {
    synth();
    const { images, resources } = loadAssembly(outdir);
    Object.assign(lake, { images, resources });
    await deployed();
  };
  return {
    project,
    lake,
    synthesize,
    async run(pipeline) {
      const machine = lake.resources.find(
        ({ type, properties }) =>
          type === 'AWS::StepFunctions::StateMachine' && properties.StateMachineName === pipeline,
      );
      let measures: TaskMeasures | undefined;
      const forget = onTrace(lake.service('states'), (event) => {
        measures = event.measures ?? measures;
      });
      host.messages.length = 0;
      const started = performance.now();
      const call = async (operation: string, input: ApiShape) =>
        (await lake.call('states', operation, input)) as ApiShape;
      const { executionArn } = await call('StartExecution', { stateMachineArn: machine?.arn, input: '{}' });
      await lake.background.settled();
      forget();
      const { status, error, cause } = await call('DescribeExecution', { executionArn });
      const output = host.messages.filter(({ code }) => code === 'LW_ECS_OUTPUT').map(({ text }) => text);
      const seconds = (performance.now() - started) / 1000;
      return { status, error, cause: cause && JSON.parse(cause), measures, output: output.join('\n'), seconds };
    },
    async warmUp() {
      lake.service('ecs').warmUp?.('pipelines');
      await new Promise((resolve) => setTimeout(resolve, 6_000));
    },
    async edited() {
      await synthesize();
      for (const { tag } of lake.images ?? []) lake.edited.add(tag);
    },
    async ask(sql) {
      const { QueryExecutionId } = (await lake.call('athena', 'StartQueryExecution', {
        QueryString: sql,
        ResultConfiguration: { OutputLocation: 's3://results/' },
      })) as ApiShape;
      for (;;) {
        const { QueryExecution } = (await lake.call('athena', 'GetQueryExecution', { QueryExecutionId })) as ApiShape;
        const { State, StateChangeReason } = QueryExecution.Status;
        if (State === 'SUCCEEDED') break;
        if (State === 'FAILED') throw new Error(StateChangeReason);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      const { ResultSet } = (await lake.call('athena', 'GetQueryResults', { QueryExecutionId })) as ApiShape;
      const rows = ResultSet.Rows.map(({ Data }: ApiShape) => Data.map((cell: ApiShape) => cell.VarCharValue ?? null));
      return /^\s*select/i.test(sql) ? rows.slice(1) : rows;
    },
    async close() {
      await lake.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
