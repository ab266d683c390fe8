import type { ApiShape } from '../api-shape';

/** One step of a flow, in the API's shape. */
export interface FlowTask {
  readonly taskType: string;
  readonly sourceFields: readonly string[];
  readonly destinationField?: string;
  /** `{ Salesforce: 'PROJECTION' }` */
  readonly connectorOperator?: Readonly<Record<string, string>>;
  readonly taskProperties?: Readonly<Record<string, string>>;
}

/** What CreateFlow takes and DescribeFlow gives. */
export interface FlowDefinition {
  readonly flowName: string;
  readonly description?: string;
  readonly kmsArn?: string;
  readonly triggerConfig: ApiShape;
  readonly sourceFlowConfig: ApiShape;
  readonly destinationFlowConfigList: readonly ApiShape[];
  readonly tasks: readonly FlowTask[];
  readonly metadataCatalogConfig?: ApiShape;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A flow as it is kept; times are epoch seconds of the lake's clock. */
export interface Flow extends FlowDefinition {
  readonly flowStatus: 'Active' | 'Draft' | 'Suspended';
  readonly flowStatusMessage?: string;
  /** `FlowStatus` of the template: an unchanged template leaves a status that changed since. */
  readonly declaredStatus?: string;
  readonly schemaVersion: number;
  readonly createdAt: number;
  readonly lastUpdatedAt: number;
  /** When a schedule without a start time began to count. */
  readonly activatedAt?: number;
}

/** Members whose keys are names, not members: they keep their case. */
const MAPS = new Set(['customProperties', 'taskProperties', 'tags', 'connectorOperator']);
/** Their members are connectors, which the API writes in Pascal case as well. */
const BY_CONNECTOR = new Set(['sourceConnectorProperties', 'destinationConnectorProperties']);

/** `FlowName` → `flowName`, as CloudFormation and Step Functions write what the API has in camel case. */
export function camelKeys(value: ApiShape): ApiShape {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries<ApiShape>(value).map(([key, entry]) => {
    const name = key === 'KMSArn' ? 'kmsArn' : `${key.charAt(0).toLowerCase()}${key.slice(1)}`;
    if (MAPS.has(name)) return [name, entry];
    if (!BY_CONNECTOR.has(name)) return [name, camelKeys(entry)];
    return [
      name,
      Object.fromEntries(Object.entries(entry ?? {}).map(([connector, one]) => [connector, camelKeys(one)])),
    ];
  });
  return Object.fromEntries(entries);
}

/** The properties of an `AWS::AppFlow::Flow`, in the API's shape. */
export function fromTemplate(properties: Readonly<Record<string, ApiShape>>, name: string): FlowDefinition {
  const { FlowStatus: _, FlowName: __, Tags, Tasks = [], TriggerConfig, ...rest } = properties;
  const { TriggerType, TriggerProperties } = TriggerConfig ?? {};
  const { TimeZone, ...schedule } = TriggerProperties ?? {};
  return {
    ...camelKeys(rest),
    flowName: name,
    triggerConfig: {
      triggerType: TriggerType,
      ...(TriggerProperties && {
        triggerProperties: { scheduled: { ...camelKeys(schedule), ...(TimeZone && { timezone: TimeZone }) } },
      }),
    },
    tasks: (Tasks as ApiShape[]).map(({ TaskProperties = [], ...task }) => ({
      ...camelKeys(task),
      taskProperties: Object.fromEntries(
        (TaskProperties as ApiShape[]).map(({ Key, Value }) => [String(Key), String(Value)]),
      ),
    })),
    ...(Tags && { tags: Object.fromEntries((Tags as ApiShape[]).map(({ Key, Value }) => [Key, Value])) }),
  };
}

/** What the schema version counts: mappings, data types, partition keys. */
export function schemaOf(flow: FlowDefinition): string {
  const kinds = new Set(['Map', 'Map_all', 'Merge', 'Arithmetic', 'Partition']);
  return JSON.stringify(flow.tasks.filter(({ taskType }) => kinds.has(taskType)));
}

/** Templates may have booleans and numbers as texts. */
export function isTrue(value: ApiShape): boolean {
  return value === true || value === 'true';
}
