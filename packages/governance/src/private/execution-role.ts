import { Fn, type Stack } from 'aws-cdk-lib';

/**
 * The role in whose name CloudFormation makes a stack's resources, as `cdk bootstrap` has named it.
 *
 * @returns undefined where the stack's synthesizer doesn't say: then CloudFormation uses the rights of whoever deploys
 */
export function executionRoleArn(stack: Stack): string | undefined {
  let top = stack;
  while (top.nestedStackParent) top = top.nestedStackParent;
  try {
    const { cloudFormationExecutionRoleArn: arn } = top.synthesizer as { cloudFormationExecutionRoleArn?: string };
    return arn?.includes('${') ? Fn.sub(arn) : arn;
  } catch {
    return undefined; // a synthesizer without such a role throws
  }
}
