import { Aspects, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** Says why a rule that the NIST, HIPAA and PCI packs of cdk-nag share doesn't hold for a construct. */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  const packs = ['NIST.800.53.R5', 'HIPAA.Security', 'PCI.DSS.321'];
  Validations.of(construct).acknowledge(...packs.map((pack) => ({ id: `${pack}-${rule}`, reason })));
}

/**
 * Says why the policy of a role that we made has wildcards.
 *
 * cdk-nag names each finding after the wildcard, with logical ids in it, so the acknowledgements are made when these are
 * final.
 */
export function acknowledgeOwnPolicy(role: iam.Role, reason: string): void {
  acknowledge(role, 'IAMNoInlinePolicy', 'the policy belongs to this role alone and goes with it');
  Aspects.of(role).add({
    visit: (node) => {
      if (!(node instanceof iam.CfnPolicy)) return;
      const document = Stack.of(node).resolve(node.policyDocument) as { Statement: StatementJson[] };
      const ids = document.Statement.flatMap(({ Action, Resource }) => [
        ...wild(Resource).map((text) => `Resource::${text}`),
        ...wild(Action).map((text) => `Action::${text}`),
      ]);
      Validations.of(node).acknowledge(...[...new Set(ids)].map((id) => ({ id: `AwsSolutions-IAM5[${id}]`, reason })));
    },
  });
}

interface StatementJson {
  readonly Action: unknown;
  readonly Resource: unknown;
}

function wild(value: unknown): string[] {
  return [value]
    .flat()
    .map(flat)
    .filter((text) => text.includes('*'));
}

/** `{"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/*"]]}` → `<Bucket.Arn>/*` */
function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', '']] = Object.entries(value);
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(flat).join(argument[0]);
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (name === 'Ref') return `<${argument}>`;
  return JSON.stringify(value);
}
