import {
  type AthenaConnectionFacts,
  AthenaPrincipal,
  AthenaProfile,
  type AthenaWorkgroupBase,
} from '@lakewright/consumption';
import { type IDataset, NagFindings } from '@lakewright/core';
import { CfnOutput, Duration, Resource, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { BiTool } from './bi-tool';
import { refuse } from './private/refuse';

/** What a `ThirdPartyBi` is made of. */
export interface ThirdPartyBiProps {
  /** The tool. */
  readonly tool: BiTool;

  /** Where its queries run. Best one of its own. */
  readonly workgroup: AthenaWorkgroupBase;

  /**
   * Who takes on the role: the role of the instance on which the tool's server runs, an IAM Identity Center role, the account of
   * the vendor.
   */
  readonly assumedBy: iam.IPrincipal;

  /**
   * What another account has to say to take on the role; the vendor gives it, or you to the vendor.
   * @default nothing
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
   */
  readonly externalId?: string;

  /**
   * The tables that it reads whole; for parts of one, grant them to the construct.
   * @default none: grants are made elsewhere
   */
  readonly reads?: IDataset[];

  /**
   * The database that the tool opens first.
   * @default "default"
   */
  readonly databaseName?: string;

  /**
   * How the profile of the AWS configuration is called on the machine with the tool.
   * @default "lake"
   */
  readonly profileName?: string;

  /**
   * How long credentials last, from one to twelve hours. The drivers take new ones by themselves.
   * @default Duration.hours(1)
   */
  readonly maxSessionDuration?: Duration;
}

/**
 * A BI tool that runs somewhere else: a role for it with exact rights, and what to write into its connection.
 *
 * There are no access keys: the machine with the tool has a profile that takes on the role, and the driver uses the profile.
 */
export class ThirdPartyBi extends Resource implements iam.IGrantable {
  /** As whom the tool queries. */
  public readonly role: iam.Role;
  /** As whom the tool queries. */
  public readonly grantPrincipal: iam.IPrincipal;
  /** What is written into the tool: addresses and connection strings of the drivers. */
  public readonly connection: AthenaConnectionFacts;
  /**
   * The profile, for `~/.aws/config` of the machine with the tool. On an instance of EC2 as it is; elsewhere with
   * `source_profile` instead of `credential_source`.
   */
  public readonly profile: string;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidProfileName`
   */
  public constructor(scope: Construct, id: string, props: ThirdPartyBiProps) {
    super(scope, id);
    const { tool, workgroup, databaseName = 'default', profileName = 'lake', externalId } = props;
    if (!/^[\w-]+$/.test(profileName)) {
      refuse('InvalidProfileName', `profileName "${profileName}"`, 'letters, digits, "-" and "_"', 'choose another');
    }
    this.role = new iam.Role(this, 'Role', {
      assumedBy: props.assumedBy,
      ...(externalId ? { externalIds: [externalId] } : {}),
      description: `${tool.name}: queries`,
      maxSessionDuration: props.maxSessionDuration ?? Duration.hours(1),
    });
    this.grantPrincipal = this.role;
    NagFindings.acknowledgeOwnPolicy(this.role, 'objects of tables and results of queries have no fixed names');
    const principal = new AthenaPrincipal(this, 'Principal', {
      workgroup,
      principal: this.role,
      profile: AthenaProfile.biTool(),
    });
    for (const dataset of props.reads ?? []) dataset.grants.read(this.role);
    this.connection = principal.connectionFacts({ databaseName, profileName });

    const { region } = Stack.of(this);
    this.profile = [
      `[profile ${profileName}]`,
      `role_arn = ${this.role.roleArn}`,
      'credential_source = Ec2InstanceMetadata',
      ...(externalId ? [`external_id = ${externalId}`] : []),
      `region = ${region}`,
    ].join('\n');
    for (const [name, value] of Object.entries(tool._settings(this.connection))) {
      new CfnOutput(this, name, { value, description: `${tool.name}; its driver: ${tool.driverPage}` });
    }
    new CfnOutput(this, 'Profile', { value: this.profile, description: 'For ~/.aws/config where the tool runs' });
  }
}
