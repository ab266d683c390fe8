import fs from 'node:fs';
import path from 'node:path';
import { deploy } from '../../../src/actions/run/deploy';
import { loadAssembly } from '../../../src/assembly';
import { classify } from '../../../src/assembly/classify';
import { MemoryHost } from '../../../src/host/host';
import { LocalLake } from '../../../src/local-lake';
import type { ApiShape } from '../../../src/services/api-shape';
import type { LakeEvent } from '../../../src/services/event-bus';
import { EMPTY_CONFIG } from '../../../src/workspace/config';
import { FolderWorkspace } from '../../../src/workspace/folder-workspace';
import { onEnd, temporaryFolder } from '../../workspace/temporary-workspace';

export const ACCOUNT = '000000000000';
export const IMAGE = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/assets:script`;
export const NETWORK = { awsvpcConfiguration: { subnets: ['subnet-1'] } };
const ROLE = `arn:aws:iam::${ACCOUNT}:role`;

export interface ContainerLake {
  readonly lake: LocalLake;
  readonly host: MemoryHost;
  readonly events: LakeEvent[];
  /** Output of the containers, a line each. */
  output(): string[];
  ecs(operation: string, input: ApiShape): Promise<ApiShape>;
  /** Runs the script's task to its end. */
  run(overrides?: ApiShape): Promise<ApiShape>;
  /** Runs a state machine to its end. */
  machine(definition: ApiShape): Promise<ApiShape>;
}

export interface ContainerLakeOptions {
  /** A program in Python, the image's `run.py`. */
  readonly script: string;
  /** What `lakewright.container.json` says; null = there is none. */
  readonly description?: ApiShape;
  readonly container?: ApiShape;
  readonly resources?: Record<string, ApiShape>;
}

/** A lake with a cluster and a task definition of one container, whose image runs a script. */
export async function containerLake(options: ContainerLakeOptions): Promise<ContainerLake> {
  const folder = temporaryFolder();
  const image = path.join(folder, 'image');
  fs.mkdirSync(image);
  fs.writeFileSync(path.join(image, 'run.py'), options.script);
  const { description = { entryPoint: ['python', 'run.py'] } } = options;
  if (description) fs.writeFileSync(path.join(image, 'lakewright.container.json'), JSON.stringify(description));
  const Resources = {
    Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: 'work' } },
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'script',
        NetworkMode: 'awsvpc',
        RequiresCompatibilities: ['FARGATE'],
        Cpu: '512',
        Memory: '1024',
        TaskRoleArn: `${ROLE}/task`,
        ExecutionRoleArn: `${ROLE}/execution`,
        ContainerDefinitions: [{ Name: 'main', Image: IMAGE, Essential: true, ...options.container }],
      },
    },
    ...options.resources,
  };
  const file = path.join(folder, 'lake.json');
  fs.writeFileSync(file, JSON.stringify({ Resources }));
  const workspace = await FolderWorkspace.open(path.join(folder, '.lakewright'), { command: 'test' });
  const host = new MemoryHost();
  const lake = new LocalLake(workspace, { ...EMPTY_CONFIG, directory: folder }, host, {
    ...loadAssembly(file),
    images: [{ repository: 'assets', tag: 'script', folder: image }],
  });
  onEnd(() => lake.close());
  const events: LakeEvent[] = [];
  lake.events.subscribe((event) => events.push(event));
  await deploy(lake, classify(lake.resources, lake.services));
  const ecs = async (operation: string, input: ApiShape) => (await lake.call('ecs', operation, input)) as ApiShape;
  const states = async (operation: string, input: ApiShape) =>
    (await lake.call('states', operation, input)) as ApiShape;
  return {
    ...{ lake, host, events, ecs },
    output: () => host.messages.filter(({ code }) => code === 'LW_ECS_OUTPUT').map(({ text }) => text),
    async run(overrides) {
      const input = { cluster: 'work', taskDefinition: 'script', networkConfiguration: NETWORK };
      const containerOverrides = overrides ? [{ name: 'main', ...overrides }] : [];
      const { tasks } = await ecs('RunTask', { ...input, overrides: { containerOverrides } });
      await lake.background.settled();
      return (await ecs('DescribeTasks', { cluster: 'work', tasks: [tasks[0].taskArn] })).tasks[0];
    },
    async machine(definition) {
      const { stateMachineArn } = await states('CreateStateMachine', {
        name: 'machine',
        definition: JSON.stringify(definition),
        roleArn: '',
      });
      const { executionArn } = await states('StartExecution', { stateMachineArn, input: '{}' });
      await lake.background.settled();
      return await states('DescribeExecution', { executionArn });
    },
  };
}
