import { Aspects, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** The cdk-nag packs whose rules share their names. */
const PACKS = ['NIST.800.53.R5', 'HIPAA.Security', 'PCI.DSS.321'];

/** Says why a rule of the NIST, HIPAA and PCI packs of cdk-nag doesn't hold for a construct. */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge(...PACKS.map((pack) => ({ id: `${pack}-${rule}`, reason })));
}

/**
 * Says why a role's own policy has wildcards in its resources.
 *
 * cdk-nag wants each of them acknowledged by the text that it makes of the ARN, with logical ids in it: these are final only
 * when aspects run.
 */
export function acknowledgeWildcards(role: iam.Role, reason: string): void {
  acknowledge(role, 'IAMNoInlinePolicy', 'The policy belongs to this role alone, and goes with it');
  Aspects.of(role).add({
    visit: (node) => {
      if (!(node instanceof iam.CfnPolicy)) return;
      const { Statement } = Stack.of(node).resolve(node.policyDocument) as { Statement: { Resource: unknown }[] };
      const wild = Statement.flatMap((statement) => statement.Resource)
        .map(flatten)
        .filter((text) => text.includes('*'));
      Validations.of(node).acknowledge(
        ...[...new Set(wild)].map((text) => ({ id: `AwsSolutions-IAM5[Resource::${text}]`, reason })),
      );
    },
  });
}

/** The text that cdk-nag makes of an ARN: `<LogicalId.Arn>/*`. */
function flatten(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const reference = value as { Ref?: string; 'Fn::GetAtt'?: string[]; 'Fn::Join'?: [string, unknown[]] };
  if (reference.Ref) return `<${reference.Ref}>`;
  if (reference['Fn::GetAtt']) return `<${reference['Fn::GetAtt'].join('.')}>`;
  const [separator, parts] = reference['Fn::Join'] ?? ['', []];
  return parts.map(flatten).join(separator);
}
