import { Aspects, Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** The cdk-nag packs that call a rule by the same name. */
const PACKS = ['NIST.800.53.R5', 'HIPAA.Security', 'PCI.DSS.321'];

/**
 * Says why findings of cdk-nag are meant to be so, for constructs that are made of others.
 *
 * @see https://github.com/cdklabs/cdk-nag/blob/main/RULES.md
 */
export class NagFindings {
  /**
   * Acknowledges rules for one construct.
   *
   * @param construct what the finding is about
   * @param rules with its pack (`AwsSolutions-S1`), or the bare name of a rule that NIST 800-53, HIPAA and PCI share
   *   (`S3BucketLoggingEnabled`)
   * @param reason why it is meant to be so
   */
  public static acknowledge(construct: IConstruct, rules: string[], reason: string): void {
    const ids = rules.flatMap((rule) => (rule.includes('-') ? [rule] : PACKS.map((pack) => `${pack}-${rule}`)));
    Validations.of(construct).acknowledge(...ids.map((id) => ({ id, reason })));
  }

  /**
   * Acknowledges that a role has a policy of its own, and the wildcards in it.
   *
   * cdk-nag names each finding after the wildcard, with logical ids in it, so this is done when these are final.
   *
   * @param role a role that the construct made, or what has the policy of such a role among its children
   * @param reason why the wildcards are meant to be so
   */
  public static acknowledgeOwnPolicy(role: IConstruct, reason: string): void {
    NagFindings.acknowledge(role, ['IAMNoInlinePolicy'], 'The policy belongs to this role alone, and goes with it');
    Aspects.of(role).add({
      visit: (node) => {
        // a large policy is cut into several, of which the later ones are managed
        if (!(node instanceof iam.CfnPolicy || node instanceof iam.CfnManagedPolicy)) return;
        const document = Stack.of(node).resolve(node.policyDocument) as { Statement: StatementJson[] };
        const wildcards = document.Statement.flatMap(({ Action, Resource }) => [
          ...wild(Resource).map((text) => `Resource::${text}`),
          ...wild(Action).map((text) => `Action::${text}`),
        ]);
        const rules = [...new Set(wildcards)].map((text) => `AwsSolutions-IAM5[${text}]`);
        NagFindings.acknowledge(node, rules, reason);
      },
    });
  }

  private constructor() {}
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

/** `{"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/*"]]}` → `<Bucket.Arn>/*`, as cdk-nag writes it. */
function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, argument] = ['', '']] = Object.entries(value);
  if (name === 'Fn::Join') return (argument as [string, unknown[]])[1].map(flat).join(argument[0]);
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (name === 'Ref') return `<${argument}>`;
  return JSON.stringify(value);
}
