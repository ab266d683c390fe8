import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';

const COMMON = [
  ...['ADDITION', 'DIVISION', 'MULTIPLICATION', 'SUBTRACTION'],
  ...['MASK_ALL', 'MASK_FIRST_N', 'MASK_LAST_N'],
  ...['VALIDATE_NON_NEGATIVE', 'VALIDATE_NON_NULL', 'VALIDATE_NON_ZERO', 'VALIDATE_NUMERIC'],
  ...['NO_OP', 'PROJECTION'],
];
const ORDER = ['GREATER_THAN', 'GREATER_THAN_OR_EQUAL_TO', 'LESS_THAN', 'LESS_THAN_OR_EQUAL_TO'];
const FULL = [...COMMON, ...ORDER, 'BETWEEN', 'EQUAL_TO', 'NOT_EQUAL_TO'];

/**
 * Member of `ConnectorOperator` → the operators that its enum has.
 *
 * @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_ConnectorOperator.html
 */
export const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  Amplitude: ['BETWEEN'],
  CustomConnector: [...FULL, 'CONTAINS'],
  Datadog: [...COMMON, 'BETWEEN', 'EQUAL_TO'],
  Dynatrace: [...COMMON, 'BETWEEN', 'EQUAL_TO'],
  GoogleAnalytics: ['PROJECTION', 'BETWEEN'],
  InforNexus: [...COMMON, 'BETWEEN', 'EQUAL_TO'],
  Marketo: [...COMMON, 'BETWEEN', 'GREATER_THAN', 'LESS_THAN'],
  Pardot: [...COMMON, 'EQUAL_TO'],
  S3: FULL,
  Salesforce: [...FULL, 'CONTAINS'],
  SAPOData: [...FULL, 'CONTAINS'],
  ServiceNow: [...FULL, 'CONTAINS'],
  Singular: [...COMMON, 'EQUAL_TO'],
  Slack: [...COMMON, ...ORDER, 'BETWEEN', 'EQUAL_TO'],
  Trendmicro: [...COMMON, 'EQUAL_TO'],
  Veeva: [...FULL, 'CONTAINS'],
  Zendesk: [...COMMON, 'GREATER_THAN'],
};

/** `ConnectorType` → the member of ConnectorOperator and of SourceConnectorProperties, where they differ. */
const MEMBERS: Readonly<Record<string, string>> = {
  Googleanalytics: 'GoogleAnalytics',
  Infornexus: 'InforNexus',
  Servicenow: 'ServiceNow',
};

/** The member of ConnectorOperator and SourceConnectorProperties that belongs to a connector type. */
export function memberOf(connectorType: string): string {
  return MEMBERS[connectorType] ?? connectorType;
}

/** Where a flow reads. */
export interface FlowSource {
  readonly connectorType: string;
  readonly profile?: string;
  readonly apiVersion?: string;
  /** `Account`, an OData path, an entity; the prefix of an S3 source. */
  readonly object: string;
  /** The connector's own properties. */
  readonly properties: ApiShape;
}

/** @throws ServiceError ValidationException for a source without properties or object */
export function sourceOf(config: ApiShape): FlowSource {
  const connectorType = String(config?.connectorType ?? '');
  const member = memberOf(connectorType);
  const properties = config?.sourceConnectorProperties?.[member];
  if (!Object.hasOwn(OPERATORS, member) || properties === undefined) {
    throw invalid(
      `the source's connector type is "${connectorType}" and its properties are those of "${Object.keys(config?.sourceConnectorProperties ?? {}).join(', ')}" → one of ${Object.keys(OPERATORS).join(', ')}, with properties of the same connector`,
    );
  }
  const { connectorProfileName: profile, apiVersion } = config;
  const { object, objectPath, entityName, bucketName, bucketPrefix } = properties;
  const name = connectorType === 'S3' ? (bucketPrefix ?? '') : (object ?? objectPath ?? entityName);
  if (name === undefined || (connectorType === 'S3' && !bucketName)) {
    throw invalid(`the source ${connectorType} says no ${connectorType === 'S3' ? 'bucketName' : 'object'}`);
  }
  return { connectorType, profile, apiVersion, object: String(name), properties };
}

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}
