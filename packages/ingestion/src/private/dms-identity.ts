import { createHash } from 'node:crypto';
import { ArnFormat, Aws, Fn, Names, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { LoadFolder } from '../load-folder';

/** The kinds of replication, as their ARNs call them. */
export type ReplicationKind = 'replication-config' | 'task';

/**
 * What a replication is called before it exists, so that the provider may have rights on exactly it.
 *
 * A load folder of another name makes another replication: DMS can neither change the mode of one that has run nor load
 * again beside what it loaded.
 */
export interface DmsIdentity {
  /** `ResourceIdentifier`, the last part of the ARN; 31 characters at most. */
  readonly resourceId: string;
  /** What all generations of the replication begin with. */
  readonly base: string;
  /** Of the replications of any generation. */
  readonly arnPattern: string;
  /** Goes into the logical id; empty for the first generation. */
  readonly generation: string;
}

export function dmsIdentity(scope: Construct, kind: ReplicationKind, folder: LoadFolder): DmsIdentity {
  const base = baseName(scope);
  const folderName = folder._folder('');
  return {
    base,
    resourceId: `${base}${digest(folderName)}`,
    arnPattern: replicationArn(scope, kind, `${base}*`),
    generation: folder.isPerRun || folderName === '' ? '' : digest(folderName),
  };
}

/**
 * The name of an instance. It is given because metrics are found by it, and is another one when another key replaces the
 * instance.
 */
export function instanceName(scope: Construct, keyPath: string): string {
  return `${baseName(scope)}${digest(keyPath)}`;
}

function baseName(scope: Construct): string {
  const letters = scope.node.id.toLowerCase().replace(/[^a-z0-9]/g, '');
  const slug = letters.replace(/^[^a-z]+/, '').slice(0, 8) || 'dms';
  const path = digest(Names.nodeUniqueId(scope.node));
  // arn:…:stack/name/1a2b3c4d-…: stays the same as long as the stack lives, and is another one in the next
  const stack = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
  return `${slug}-${path}-${stack}-`;
}

export function replicationArn(scope: Construct, kind: ReplicationKind, resourceName: string): string {
  return Stack.of(scope).formatArn({
    service: 'dms',
    resource: kind,
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}
