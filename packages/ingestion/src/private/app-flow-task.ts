import type { CfnFlow } from 'aws-cdk-lib/aws-appflow';

/** A task without its connector, which only the flow knows. */
export interface TaskJson {
  readonly taskType: string;
  readonly operator: string;
  readonly sourceFields: string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly destinationField?: string;
}

/**
 * A task; properties that are undefined are left out.
 *
 * @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_Task.html
 */
export function taskJson(
  taskType: string,
  operator: string,
  sourceFields: string[],
  properties: Readonly<Record<string, string | undefined>> = {},
  destinationField?: string,
): TaskJson {
  const known = Object.entries(properties).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { taskType, operator, sourceFields, properties: Object.fromEntries(known), destinationField };
}

/** As CloudFormation writes it, with the connector's operator. */
export function render(task: TaskJson, operatorKey: string): CfnFlow.TaskProperty {
  const properties = Object.entries(task.properties).map(([key, value]) => ({ key, value }));
  return {
    taskType: task.taskType,
    sourceFields: task.sourceFields,
    connectorOperator: { [operatorKey]: task.operator },
    ...(task.destinationField === undefined ? {} : { destinationField: task.destinationField }),
    ...(properties.length > 0 ? { taskProperties: properties } : {}),
  };
}
