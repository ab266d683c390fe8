import { type LakeEnvironment, LakeError } from '@lakewright/core';
import { Names, Stack, Stage, Token } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { AccessLogs } from '../access-logs';
import { ZoneEncryption } from '../zone-encryption';
import { logBucket } from './log-bucket';

/** The key of a replica, and how another region names it. */
export interface ReplicaKey {
  readonly key: kms.IKey;
  /** The key's ARN, or its alias's. */
  readonly arn: string;
  /** `alias/…`, where the ARN is an alias's. */
  readonly alias?: string;
  readonly region?: string;
}

/** The stack in another region that holds a stack's replicas, with what they share. */
export interface ReplicaHome {
  readonly stack: Stack;
  readonly key?: ReplicaKey;
  readonly accessLogs: AccessLogs;
  /** The id of a zone's replica there. */
  idOf(scope: Construct): string;
}

/** Finds or makes the stack for replicas of `scope`'s stack in `region`. */
export function replicaHome(
  scope: Construct,
  region: string,
  environment: LakeEnvironment,
  usesKms: boolean,
): ReplicaHome {
  const source = Stack.of(scope);
  checkEnvironment(source, region);
  const stage = Stage.of(source) ?? source.node.root;
  const below = (construct: Construct, top: { node: { path: string } }): string =>
    construct.node.path.slice(top.node.path === '' ? 0 : top.node.path.length + 1).replaceAll('/', '-');
  const id = `${below(source, stage)}-replica-${region}`;
  const stack =
    (stage.node.tryFindChild(id) as Stack | undefined) ??
    new Stack(stage as Construct, id, {
      env: { account: source.account, region },
      description: `Replicas of ${source.stackName}`,
    });
  source.addDependency(stack);

  const logs = stack.node.tryFindChild('Logs') ?? logBucket(stack, environment);
  return {
    stack,
    ...(usesKms ? { key: replicaKey(source, stack, region, environment) } : {}),
    accessLogs: AccessLogs.toBucket(logs as ReturnType<typeof logBucket>),
    idOf: (zone) => below(zone, source),
  };
}

function replicaKey(source: Stack, stack: Stack, region: string, environment: LakeEnvironment): ReplicaKey {
  const alias = `alias/lakewright/${Names.uniqueResourceName(stack, { maxLength: 200, separator: '-' })}`;
  const existing = stack.node.tryFindChild('Key') as kms.Key | undefined;
  const key = existing ?? (ZoneEncryption.lakeKey()._bind(stack, environment) as kms.Key);
  if (!existing) new kms.Alias(stack, 'Alias', { aliasName: alias, targetKey: key });
  return { key, alias, region, arn: source.formatArn({ service: 'kms', region, resource: alias }) };
}

function checkEnvironment(source: Stack, region: string): void {
  if (Token.isUnresolved(source.account) || Token.isUnresolved(source.region)) {
    throw new Error(
      LakeError.message(
        'ReplicationNeedsEnvironment',
        `replication to region "${region}" in stack "${source.node.path}" without an explicit account and region`,
        'the replica needs a name that both stacks know at synthesis',
        "set the stack's env, or create the destination yourself and use ZoneReplication.toBucket",
      ),
    );
  }
  if (source.region === region) {
    throw new Error(
      LakeError.message(
        'ReplicationSameRegion',
        `replication to region "${region}", the zone's own`,
        'another region',
        'choose another region, or use ZoneReplication.toBucket for a copy in the same one',
      ),
    );
  }
}
