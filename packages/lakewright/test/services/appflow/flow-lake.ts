import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LakeResource } from '../../../src/assembly/resource';
import { MemoryHost } from '../../../src/host/host';
import { LocalLake } from '../../../src/local-lake';
import type { ApiShape } from '../../../src/services/api-shape';
import type { LakeEvent } from '../../../src/services/event-bus';
import { type DueRun, fireDue } from '../../../src/services/events';
import { EMPTY_CONFIG, type LakeConfig } from '../../../src/workspace/config';
import { FolderWorkspace } from '../../../src/workspace/folder-workspace';
import { resource as emptyResource } from '../../server/temporary-lake';
import { onEnd, temporaryFolder } from '../../workspace/temporary-workspace';

export const BUCKET = 'lake-raw';

/** A whole lake in a temporary folder, with fixtures and a bucket. */
export class FlowLake {
  public static async open(
    config: Partial<LakeConfig> = {},
    options: { readonly root?: string; readonly at?: string } = {},
  ): Promise<FlowLake> {
    const root = options.root ?? temporaryFolder();
    const workspace = await FolderWorkspace.open(root);
    const host = new MemoryHost();
    const lake = new LocalLake(workspace, { ...EMPTY_CONFIG, ...config }, host, undefined, {
      at: options.at ?? '2026-03-01T12:00:00Z',
    });
    if (!lake.objects.hasBucket(BUCKET)) lake.objects.createBucket(BUCKET);
    const flowLake = new FlowLake(root, lake, host);
    onEnd(() => flowLake.close());
    return flowLake;
  }

  public readonly events: LakeEvent[] = [];
  private closed = false;

  private constructor(
    public readonly root: string,
    public readonly lake: LocalLake,
    public readonly host: MemoryHost,
  ) {
    lake.events.subscribe((event) => {
      if (event.source === 'aws.appflow') this.events.push(event);
    });
  }

  public call(operation: string, input: unknown, service = 'appflow'): Promise<ApiShape> {
    return this.lake.call(service, operation, input);
  }

  /** Applies a flow as a template has it. */
  public async apply(properties: Record<string, ApiShape>): Promise<void> {
    const handler = this.lake.service('appflow').resources['AWS::AppFlow::Flow'];
    const { classification, note } = handler?.classify?.(flowResource(properties)) ?? {};
    if (classification === 'unsupported') throw new Error(note);
    await handler?.apply?.(flowResource(properties));
  }

  /** Runs a flow to its end, and gives its execution record. */
  public async run(flowName: string, clientToken?: string): Promise<ApiShape> {
    const { executionId } = await this.call('StartFlow', { flowName, clientToken });
    return this.ended(flowName, executionId);
  }

  public async ended(flowName: string, executionId: string): Promise<ApiShape> {
    for (;;) {
      const { flowExecutions } = await this.call('DescribeFlowExecutionRecords', { flowName, maxResults: 100 });
      const run = flowExecutions.find((one: ApiShape) => one.executionId === executionId);
      if (run.executionStatus !== 'InProgress') return run;
    }
  }

  /** Runs a flow and gives why it failed. */
  public async failure(flowName: string): Promise<string> {
    const run = await this.run(flowName);
    if (run.executionStatus !== 'Error') throw new Error(`the run ended as ${run.executionStatus}`);
    return run.executionResult.errorInfo.executionMessage;
  }

  /** Moves the clock, and gives what fired. */
  public tick(to: string): Promise<readonly DueRun[]> {
    return fireDue(this.lake, this.lake.clock.now(), new Date(to));
  }

  public async keys(bucket = BUCKET): Promise<string[]> {
    return (await this.lake.objects.list(bucket)).map(({ key }) => key);
  }

  /** The text of all objects, in the order of their keys. */
  public async text(): Promise<string> {
    const keys = await this.keys();
    return keys.map((key) => fs.readFileSync(this.lake.objects.path(BUCKET, key), 'utf8')).join('');
  }

  public async records(): Promise<ApiShape[]> {
    return (await this.text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  public async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.lake.close();
  }
}

/** A folder with files, for a fixture. */
export function fixture(files: Readonly<Record<string, string>>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-fixture-'));
  onEnd(() => fs.rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

export function ndjson(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

export function flowResource(properties: Record<string, ApiShape>): LakeResource {
  return emptyResource('AWS::AppFlow::Flow', String(properties.FlowName ?? 'flow'), {
    type: 'AWS::AppFlow::Flow',
    properties,
  });
}

/** A task as a template has it; `key=value` texts are its properties. */
export function task(
  taskType: string,
  operator: string,
  fields: readonly string[],
  properties: Readonly<Record<string, string>> = {},
  destination?: string,
  connector = 'Salesforce',
): ApiShape {
  return {
    TaskType: taskType,
    SourceFields: fields,
    ConnectorOperator: { [connector]: operator },
    ...(destination !== undefined && { DestinationField: destination }),
    TaskProperties: Object.entries(properties).map(([Key, Value]) => ({ Key, Value })),
  };
}

export const MAP_ALL = task('Map_all', 'NO_OP', [], { EXCLUDE_SOURCE_FIELDS_LIST: '[]' });

/** A flow from Salesforce's Contact to JSON lines, as a template has it. */
export function contactFlow(
  tasks: readonly ApiShape[] = [MAP_ALL],
  more: Record<string, ApiShape> = {},
): Record<string, ApiShape> {
  const { output, source, ...rest } = more;
  return {
    FlowName: 'contacts',
    TriggerConfig: { TriggerType: 'OnDemand' },
    SourceFlowConfig: {
      ConnectorType: 'Salesforce',
      ConnectorProfileName: 'crm',
      SourceConnectorProperties: { Salesforce: { Object: 'Contact', EnableDynamicFieldUpdate: false } },
      ...source,
    },
    DestinationFlowConfigList: [
      {
        ConnectorType: 'S3',
        DestinationConnectorProperties: {
          S3: {
            BucketName: BUCKET,
            BucketPrefix: 'crm',
            S3OutputFormatConfig: { FileType: 'JSON', ...output },
          },
        },
      },
    ],
    Tasks: tasks,
    ...rest,
  };
}

/** A flow that runs every hour and takes what was changed. */
export function hourly(more: Record<string, ApiShape> = {}): Record<string, ApiShape> {
  return {
    FlowStatus: 'Active',
    TriggerConfig: {
      TriggerType: 'Scheduled',
      TriggerProperties: { ScheduleExpression: 'rate(1hours)', DataPullMode: 'Incremental', ...more },
    },
    source: { IncrementalPullConfig: { DatetimeTypeFieldName: 'SystemModstamp' } },
  };
}
