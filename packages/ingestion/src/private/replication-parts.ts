import type { DataLocation } from '@lakewright/core';
import { CustomResource, Duration, Size, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { CfnResource } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { DmsOutput } from '../dms-output';
import type { DmsReplicationOptions } from '../dms-replication-options';
import { LobHandling } from '../lob-handling';
import { type DmsIdentity, dmsIdentity, type ReplicationKind } from './dms-identity';
import { DmsProvider } from './dms-provider';
import type { PerRunFolder } from './dms-states';
import { bindTarget } from './dms-target';
import { refuse } from './refuse';
import { taskSettings } from './task-settings';

/** What both kinds of replication are made of, but for the replication itself. */
export interface ReplicationParts {
  readonly identity: DmsIdentity;
  readonly sourceEndpointArn: string;
  readonly targetEndpointArn: string;
  readonly mappings: object;
  readonly settings: object;
  readonly role: iam.Role;
  readonly perRun?: PerRunFolder;
  /** Where the files of a table lie. */
  readonly locate: (table: string) => DataLocation;
  /** Stops a running replication before anything of it is changed, or refuses the change. */
  readonly change: CustomResource;
  readonly complete: (resource: CfnResource, replicationArn: string) => void;
}

/**
 * Makes the endpoints, and the two custom resources that the replication stands between.
 *
 * `Change` comes before all that DMS doesn't let one change while it runs: it stops the replication, or fails. `Start` comes
 * after, and resumes what was stopped. See docs/decisions/0008.
 */
export function replicationParts(
  scope: Construct,
  kind: ReplicationKind,
  props: DmsReplicationOptions,
  compute: object,
): ReplicationParts {
  const { source, target, mode } = props;
  const output = props.output ?? DmsOutput.parquet();
  if (output.loadFolder.isPerRun && mode.follows) {
    refuse(
      'FolderPerRunNeedsFullLoad',
      `LoadFolder.eachRun() with mode "${mode.replicationType}"`,
      'changes belong to one load',
      'use LoadFolder.named, or LoadMode.fullLoad()',
    );
  }
  const mappings = props.tables._render();
  const settings = taskSettings(props.lobs ?? LobHandling.limited(Size.kibibytes(32)));
  const identity = dmsIdentity(scope, kind, output.loadFolder);
  const bound = source._bind(scope);
  const bucket = bindTarget(scope, props, output);

  const stack = Stack.of(scope);
  const provider = DmsProvider.changesOf(scope, props.environment);
  const grant = provider.admit(kind, identity.arnPattern);
  const { bucketName, bucketFolder, dataFormat, timestampColumnName, csvDelimiter, csvNullValue } = bucket.settings;
  const common = { Kind: kind, Base: identity.base, ArnPattern: identity.arnPattern, Replication: identity.resourceId };
  // A release that writes this otherwise makes every replication load again: add to it only what is absent by default.
  const definition = stack.toJsonString({
    mode: mode.replicationType,
    start: mode._start && { time: mode._start._time, position: mode._start._position },
    source: source._definition,
    target: { bucketName, bucketFolder, dataFormat, timestampColumnName, csvDelimiter, csvNullValue },
    tables: mappings,
  });
  const detail = stack.toJsonString({ source: bound.settings, target: bucket.settings, settings, compute });
  const change = new CustomResource(scope, 'Change', {
    resourceType: 'Custom::LakewrightDmsChange',
    serviceToken: provider.serviceToken,
    serviceTimeout: Duration.minutes(20),
    properties: { ...common, AllowReload: String(props.allowReload ?? false), Definition: definition, Detail: detail },
  });
  grant.applyBefore(change);
  for (const endpoint of [bound.endpoint, bucket.endpoint]) endpoint?.node.addDependency(change);

  const complete = (resource: CfnResource, replicationArn: string): void => {
    if (identity.generation !== '') {
      // another generation is another resource, made before the one before is deleted
      const { logicalId } = resource;
      resource.overrideLogicalId(`${stack.resolve(logicalId)}${identity.generation}`);
    }
    resource.node.addDependency(change);
    const start = new CustomResource(scope, 'Start', {
      resourceType: 'Custom::LakewrightDmsStart',
      serviceToken: provider.serviceToken,
      serviceTimeout: Duration.minutes(20),
      properties: {
        ...common,
        ReplicationArn: replicationArn,
        OnDeploy: String(props.start?._onDeploy ?? false),
        Follows: String(mode.follows),
        Resume: change.getAttString('WasRunning'),
        Definition: definition,
        Detail: detail,
      },
    });
    grant.applyBefore(start);
    start.node.addDependency(resource);
  };

  return {
    identity,
    sourceEndpointArn: bound.endpointArn,
    targetEndpointArn: bucket.endpoint.ref,
    mappings,
    settings,
    role: bucket.role,
    locate: (table) => locate(table, props, output),
    perRun: output.loadFolder.isPerRun ? { endpointArn: bucket.endpoint.ref, prefix: target.prefix } : undefined,
    change,
    complete,
  };
}

function locate(table: string, { tables, target }: DmsReplicationOptions, output: DmsOutput): DataLocation {
  const folder = tables._folder(table);
  if (output.loadFolder.isPerRun) {
    refuse(
      'FolderPerRun',
      `the location of "${table}" with LoadFolder.eachRun()`,
      'each run has a folder of its own: load=<run>/schema/table',
      'make a partition of each, or use LoadFolder.named',
    );
  }
  return target.location([output.loadFolder._folder(''), folder].filter((part) => part !== '').join('/'));
}
