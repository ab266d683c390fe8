import { App, Stack, type StackProps } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ResolvedApp } from '../../core/test/support';
import { conditionsHold, type RequestContext } from '../../core/test/support/policy-conditions';

export { dataIds, nagFindings, PolicyEvaluator, ResolvedApp } from '../../core/test/support';

export const ENV = { account: '111111111111', region: 'eu-west-1' };

export function emptyStack(props: StackProps = { env: ENV }): Stack {
  return new Stack(new App(), 'Lake', props);
}

/** A bucket with a key, as zones are. */
export function zoneBucket(stack: Stack, id: string): s3.Bucket {
  const encryptionKey = new kms.Key(stack, `${id}Key`);
  return new s3.Bucket(stack, id, { encryptionKey, enforceSSL: true });
}

interface Statement {
  readonly Action: string | string[];
  readonly Principal: { readonly AWS?: unknown; readonly Federated?: unknown };
  readonly Condition?: unknown;
}

/** The trust policy of the only role with this logical id's start, and whether it lets somebody in. */
export function trust(stack: Stack, id: string) {
  const role = ResolvedApp.of(stack)
    .resources('AWS::IAM::Role')
    .find((each) => each.id.startsWith(id));
  const { Statement: statements } = (role?.properties.AssumeRolePolicyDocument ?? {}) as { Statement: Statement[] };
  const lets = (action: string, principal: string, context: RequestContext = {}): boolean =>
    statements.some(
      ({ Action, Principal, Condition }) =>
        [Action].flat().includes(action) &&
        [Principal.AWS, Principal.Federated].flat().includes(principal) &&
        conditionsHold(Condition, context),
    );
  return { statements, lets };
}
