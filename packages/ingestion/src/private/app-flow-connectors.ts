/** What AppFlow documents of a connector, as far as flows are checked against it. */
export interface Connector {
  /** Shown in messages. */
  readonly name: string;
  /** `ConnectorType` of a flow. */
  readonly type: string;
  /** The key of `ConnectorOperator` in a task. */
  readonly operatorKey: string;
  /** The operators of its tasks. */
  readonly operators: readonly string[];
  /** Whether a flow can start on the application's events. */
  readonly events: boolean;
}

const CALCULATION = ['ADDITION', 'DIVISION', 'MULTIPLICATION', 'SUBTRACTION'];
const TREATMENT = [
  'MASK_ALL',
  'MASK_FIRST_N',
  'MASK_LAST_N',
  'NO_OP',
  'PROJECTION',
  'VALIDATE_NON_NEGATIVE',
  'VALIDATE_NON_NULL',
  'VALIDATE_NON_ZERO',
  'VALIDATE_NUMERIC',
];
const ORDER = ['BETWEEN', 'EQUAL_TO', 'GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO', 'LESS_THAN', 'LESS_THAN_OR_EQUAL_TO'];
const BASE = [...CALCULATION, ...TREATMENT];
const ALL = [...BASE, ...ORDER, 'CONTAINS', 'NOT_EQUAL_TO'];

/** @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_ConnectorOperator.html */
export const CONNECTORS = {
  salesforce: connector('Salesforce', 'Salesforce', 'salesforce', ALL, true),
  serviceNow: connector('ServiceNow', 'Servicenow', 'serviceNow', ALL),
  zendesk: connector('Zendesk', 'Zendesk', 'zendesk', [...BASE, 'GREATER_THAN']),
  slack: connector('Slack', 'Slack', 'slack', [...BASE, ...ORDER]),
  sapOData: connector('SAP OData', 'SAPOData', 'sapoData', ALL),
  custom: connector('a custom connector', 'CustomConnector', 'customConnector', ALL),
  s3: connector('Amazon S3', 'S3', 's3', [...BASE, ...ORDER, 'NOT_EQUAL_TO']),
} as const;

function connector(
  name: string,
  type: string,
  operatorKey: string,
  operators: readonly string[],
  events = false,
): Connector {
  return { name, type, operatorKey, operators, events };
}
