import { NagFindings } from '@lakewright/core';
import * as dms from 'aws-cdk-lib/aws-dms';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DmsOutput } from '../dms-output';
import type { DmsReplicationOptions } from '../dms-replication-options';

export interface BoundTarget {
  readonly endpoint: dms.CfnEndpoint;
  readonly settings: dms.CfnEndpoint.S3SettingsProperty;
  readonly role: iam.Role;
}

/** The S3 endpoint, and the role by which DMS writes exactly there. */
export function bindTarget(scope: Construct, { target }: DmsReplicationOptions, output: DmsOutput): BoundTarget {
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('dms.amazonaws.com'),
    description: 'AWS DMS writes replicated rows',
  });
  // DMS asks for the right to delete when it tests the endpoint; with DO_NOTHING it deletes nothing of a table.
  // https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html#CHAP_Target.S3.Prerequisites
  const grants = target.grants.write(role).combine(target.grants.delete(role));
  output.encryptionKey?.grantEncryptDecrypt(role);
  NagFindings.acknowledgeOwnPolicy(role, 'objects below the target have no fixed names');
  const settings = { ...output._render(target), serviceAccessRoleArn: role.roleArn };
  const endpoint = new dms.CfnEndpoint(scope, 'Target', {
    endpointType: 'target',
    engineName: 's3',
    s3Settings: settings,
  });
  grants.applyBefore(endpoint);
  return { endpoint, settings, role };
}
