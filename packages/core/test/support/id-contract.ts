import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

/** Types whose replacement loses data, history or access to data. */
const HOLDS_DATA = [
  'AWS::S3::Bucket',
  'AWS::KMS::Key',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::Athena::WorkGroup',
  'AWS::Athena::NamedQuery',
  'AWS::Backup::BackupVault',
  'AWS::DynamoDB::Table',
  'AWS::Logs::LogGroup',
  'AWS::SecretsManager::Secret',
  'Custom::LakewrightIcebergTable',
];

/**
 * The logical ids of everything that holds data, with their types.
 *
 * A logical id is a contract: when it changes, CloudFormation makes a new, empty resource. Each package pins them in a test
 * with the literal ids.
 *
 * @param stack a synthesizable stack
 * @param more further types of the package
 */
export function dataIds(stack: Stack, ...more: string[]): Record<string, string> {
  const resources = Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>;
  return Object.fromEntries(
    Object.entries(resources)
      .filter(([, { Type }]) => [...HOLDS_DATA, ...more].includes(Type))
      .map(([id, { Type }]) => [id, Type]),
  );
}
