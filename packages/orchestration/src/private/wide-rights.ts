import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';

/** Services whose actions on data all take a resource. */
const DATA = /^(s3|dynamodb|kms|secretsmanager|sqs|sns|lambda):/;

/** The actions on data that a role has on everything there is. */
export function wideRights(role: iam.Role): string[] {
  const policies = role.node.children.filter((child): child is iam.Policy => child instanceof iam.Policy);
  const statements = policies.flatMap(
    (policy) => (Stack.of(role).resolve(policy.document.toJSON())?.Statement ?? []) as StatementJson[],
  );
  return statements
    .filter(({ Resource }) => [Resource].flat().includes('*'))
    .flatMap(({ Action }) => [Action].flat())
    .filter((action) => DATA.test(action));
}

interface StatementJson {
  readonly Action: string | string[];
  readonly Resource: unknown;
}
