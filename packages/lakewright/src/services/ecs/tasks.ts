import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { engineCaller } from '../../access/guard';
import type { LakeResource } from '../../assembly/resource';
import { ensureEnvironment, findEnvironment } from '../../engines/python/environment';
import { ANY_PYTHON, findPython } from '../../engines/python/interpreter';
import { WaitingPythons } from '../../engines/python/waiting';
import { MissingTool } from '../../host/missing-tool';
import type { ApiShape } from '../api-shape';
import { StateMap } from '../glue/state-map';
import { type LakeContext, ServiceError, type TaskMeasures } from '../service';
import { camelKeys } from './camel';
import { type LocalImage, localImage, refusal } from './container-image';
import { ContainerProcess } from './container-process';
import { familyOf } from './declared';
import { containerEnvironment, namedValues, startEnvironment } from './environment';
import { publishState } from './events';
import { measuresOf } from './measures';
import { secretValue } from './secrets';

/** Stopped tasks that are kept; AWS shows them for an hour. */
const KEPT = 100;
/** Source: Amazon ECS Developer Guide, "Task definition parameters", stopTimeout. */
const STOP_SECONDS = 30;

interface Live {
  readonly done: Promise<void>;
  process?: ContainerProcess;
  /** Why it was asked to stop. */
  stopReason?: string;
}

export interface TaskStart {
  readonly cluster: LakeResource;
  readonly definition: LakeResource;
  /** The API's input, in camel case. */
  readonly input: ApiShape;
}

/** The tasks that run, and those that ran. A task is a program of this machine: there are no containers. */
export class Tasks {
  private readonly store: StateMap<ApiShape>;
  private readonly live = new Map<string, Live>();
  private readonly measured = new Map<string, TaskMeasures>();
  private readonly lacking = new Map<string, MissingTool>();
  /** Work folders in use: two tasks of one family don't share one. */
  private readonly folders = new Set<string>();
  private readonly pythons = new WaitingPythons();

  public constructor(private readonly lake: LakeContext) {
    this.store = new StateMap(lake.workspace, 'ecs/tasks');
  }

  public get(arnOrId: string): ApiShape | undefined {
    return this.store.get(arnOrId.split('/').at(-1) as string);
  }

  public all(): ApiShape[] {
    return this.store.values();
  }

  /** Why a task couldn't be started on this machine. */
  public missing(arn: string): MissingTool | undefined {
    return this.lacking.get(arn);
  }

  /** What a task that ended has said of its work. */
  public measures(arn: string): TaskMeasures | undefined {
    return this.measured.get(arn);
  }

  /**
   * Begins a task; its end is seen in its description, and on the event bus.
   *
   * @throws ServiceError 501 for a task that Lakewright doesn't run
   */
  public start({ cluster, definition, input }: TaskStart): ApiShape {
    const problem = refusal(this.lake, definition);
    if (problem) throw new ServiceError('UnsupportedTaskDefinition', `${definition.path} isn't run: ${problem}`, 501);
    const [container] = camelKeys(definition.properties.ContainerDefinitions);
    const id = randomUUID().replaceAll('-', '');
    const taskArn = cluster.arn.replace(/:cluster\//, ':task/').concat(`/${id}`);
    const task = {
      taskArn,
      clusterArn: cluster.arn,
      taskDefinitionArn: definition.arn,
      group: input.group ?? `family:${familyOf(definition)}`,
      startedBy: input.startedBy,
      launchType: input.launchType ?? 'FARGATE',
      platformVersion: '1.4.0',
      cpu: definition.properties.Cpu,
      memory: definition.properties.Memory,
      overrides: { containerOverrides: [], inferenceAcceleratorOverrides: [], ...input.overrides },
      attachments: [],
      tags: input.tags ?? [],
      containers: [
        {
          containerArn: `${taskArn.replace(':task/', ':container/')}/${id}`,
          taskArn,
          name: container.name,
          image: container.image,
          lastStatus: 'PENDING',
        },
      ],
      createdAt: this.now(),
      version: 1,
      lastStatus: 'PENDING',
      desiredStatus: 'RUNNING',
    };
    this.put(task);
    const entry = {} as { -readonly [K in keyof Live]: Live[K] };
    this.live.set(taskArn, entry);
    entry.done = this.run(task, definition, container).finally(() => this.live.delete(taskArn));
    this.lake.background.track(entry.done);
    return task;
  }

  /** Waits until a task has ended. */
  public async stopped(arn: string): Promise<ApiShape> {
    await this.live.get(arn)?.done;
    return this.get(arn);
  }

  /** SIGTERM, and SIGKILL after the container's stop timeout. */
  public stop(arn: string, reason: string): void {
    const live = this.live.get(arn);
    if (live === undefined || live.stopReason !== undefined) return;
    live.stopReason = reason;
    this.put({ ...this.get(arn), desiredStatus: 'STOPPED', stoppingAt: this.now() });
    void live.process?.stop(this.stopSeconds(arn));
  }

  public async stopAll(): Promise<void> {
    const all = [...this.live];
    for (const [arn] of all) this.stop(arn, 'the lake was closed');
    await Promise.all(all.map(([, { done }]) => done));
    await this.pythons.close();
  }

  /** Lets the Python of each image that says so import its modules ahead. */
  public warmUp(definitions: readonly LakeResource[]): void {
    for (const { properties } of definitions) {
      const image = localImage(this.lake, properties.ContainerDefinitions?.[0]?.Image);
      if (typeof image === 'string' || image.preload.length === 0) continue;
      this.prepare(image).catch(() => {}); // the task itself says that there is no Python
    }
  }

  private async prepare({ environment, folder, preload }: LocalImage): Promise<void> {
    const own = environment === undefined ? (await findPython(ANY_PYTHON)).path : undefined;
    const python = own ?? findEnvironment(environment ?? '')?.python;
    if (python) this.pythons.prepare({ python, folder, modules: preload }, startEnvironment(python));
  }

  private async run(task: ApiShape, definition: LakeResource, container: ApiShape): Promise<void> {
    const { taskArn } = task;
    const live = this.live.get(taskArn) ?? ({} as Live);
    const folder = this.workFolder(definition);
    try {
      const child = await this.launch(task, definition, container, folder).catch((error: Error) => {
        if (error instanceof MissingTool) this.lacking.set(taskArn, error);
        this.close(task, { stopCode: 'TaskFailedToStart', stoppedReason: error.message });
      });
      if (child === undefined) return;
      live.process = child;
      this.put({ ...this.get(taskArn), lastStatus: 'RUNNING', startedAt: this.now() }, 'RUNNING');
      publishState(this.lake, this.get(taskArn));
      // It was asked to stop before there was anything to stop.
      if (live.stopReason !== undefined) void child.stop(this.stopSeconds(taskArn));
      const exitCode = await child.ended.catch((error: Error) => error);
      if (exitCode instanceof Error) {
        this.close(task, {
          stopCode: 'TaskFailedToStart',
          stoppedReason: `CannotStartContainerError: ${exitCode.message}`,
        });
      } else if (live.stopReason !== undefined) {
        this.close(task, { stopCode: 'UserInitiated', stoppedReason: live.stopReason }, exitCode);
      } else {
        const stoppedReason = 'Essential container in task exited';
        this.close(task, { stopCode: 'EssentialContainerExited', stoppedReason }, exitCode);
      }
    } finally {
      this.folders.delete(folder);
    }
  }

  private async launch(
    task: ApiShape,
    definition: LakeResource,
    container: ApiShape,
    work: string,
  ): Promise<ContainerProcess> {
    const image = localImage(this.lake, container.image);
    if (typeof image === 'string') throw new Error(`CannotPullContainerError: ${image}`);
    const overrides = task.overrides.containerOverrides.find(({ name }: ApiShape) => name === container.name) ?? {};
    const { TaskRoleArn, ExecutionRoleArn } = definition.properties;
    const id = task.taskArn.split('/').at(-1);
    const python = await this.python(image.environment);
    const variables = {
      ...image.variables,
      ...namedValues(container.environment),
      ...(await this.secrets(container, task.overrides.executionRoleArn ?? ExecutionRoleArn, id)),
      ...namedValues(overrides.environment),
    };
    const roleArn = task.overrides.taskRoleArn ?? TaskRoleArn;
    const [program = '', ...args] = [
      ...(container.entryPoint ?? image.entryPoint),
      ...(overrides.command ?? container.command ?? image.command),
      ...(this.lake.edited?.delete(image.tag) ? image.edited : []),
    ];
    const isPython = /^python3?$/.test(program);
    const env = await containerEnvironment(this.lake, definition, { python, variables, roleArn, work });
    const kind = { python, folder: image.folder, modules: image.preload };
    const isScript = isPython && args[0]?.endsWith('.py') === true;
    return new ContainerProcess({
      command: [isPython ? python : program, ...args],
      cwd: image.folder,
      env,
      running: isScript ? this.pythons.run(kind, { argv: args, cwd: image.folder, env }) : undefined,
      log: path.join(this.lake.workspace.root, 'logs', 'ecs', familyOf(definition), `${id}.log`),
      onOutput: (text) => this.output(task, container.name, text),
    });
  }

  private async python(environment: string | undefined): Promise<string> {
    if (environment === undefined) return (await findPython(ANY_PYTHON)).path;
    const onProgress = (text: string) =>
      this.lake.host.notify({ code: 'LW_ENVIRONMENT_PROGRESS', level: 'info', text });
    return (await ensureEnvironment(environment, { onProgress })).python;
  }

  private async secrets(container: ApiShape, roleArn: unknown, requestId: string): Promise<Record<string, string>> {
    const values: Record<string, string> = {};
    const caller = engineCaller(this.lake, roleArn, requestId);
    for (const { name, valueFrom } of container.secrets ?? []) {
      try {
        values[name] = await secretValue(this.lake, valueFrom, caller);
      } catch (error) {
        const cause = (error as Error).message;
        throw new Error(
          `ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: ${cause}`,
        );
      }
    }
    return values;
  }

  private output(task: ApiShape, container: string, text: string): void {
    const measures = measuresOf(text);
    if (measures) this.measured.set(task.taskArn, measures);
    else
      this.lake.host.notify({ code: 'LW_ECS_OUTPUT', level: 'info', text, data: { taskArn: task.taskArn, container } });
  }

  private close({ taskArn }: ApiShape, why: ApiShape, exitCode?: number): void {
    const ended = {
      ...this.get(taskArn),
      ...why,
      desiredStatus: 'STOPPED',
      lastStatus: 'STOPPED',
      stoppedAt: this.now(),
    };
    const [container] = ended.containers;
    ended.containers = [{ ...container, ...(exitCode === undefined ? { reason: why.stoppedReason } : { exitCode }) }];
    this.put(ended, 'STOPPED');
    // What can't be started on this machine has not failed: no alarm goes off.
    if (!this.lacking.has(taskArn)) publishState(this.lake, this.get(taskArn));
  }

  private stopSeconds(arn: string): number {
    const { taskDefinitionArn } = this.get(arn);
    const definition = this.lake.resources.find((one) => one.arn === taskDefinitionArn);
    return Number(definition?.properties.ContainerDefinitions?.[0]?.StopTimeout ?? STOP_SECONDS);
  }

  private workFolder(definition: LakeResource): string {
    for (let number = 1; ; number++) {
      const name = number === 1 ? familyOf(definition) : `${familyOf(definition)}-${number}`;
      const folder = path.join(this.lake.workspace.root, 'containers', name);
      if (this.folders.has(folder)) continue;
      this.folders.add(folder);
      return folder;
    }
  }

  private put(task: ApiShape, containers?: string): void {
    const id = task.taskArn.split('/').at(-1);
    const shown = containers
      ? task.containers.map((one: ApiShape) => ({ ...one, lastStatus: containers }))
      : task.containers;
    this.store.put(id, { ...task, containers: shown, version: (task.version ?? 0) + 1 });
    const ended = this.store.entries().filter(([, one]) => one.lastStatus === 'STOPPED');
    for (const [old] of ended.slice(0, -KEPT)) this.store.delete(old);
  }

  private now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }
}
