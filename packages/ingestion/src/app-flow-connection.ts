import { LakeError } from '@lakewright/core';
import { Names, Resource, Token } from 'aws-cdk-lib';
import * as appflow from 'aws-cdk-lib/aws-appflow';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { AppFlowConnector } from './app-flow-connector';

/** How Amazon AppFlow signs in to a SaaS application: a connector profile. */
export interface IAppFlowConnection {
  /**
   * The connector profile's name, as in AppFlow's console under "Connections".
   * @attribute
   */
  readonly connectionName: string;
}

/** What an `AppFlowConnection` is made of. */
export interface AppFlowConnectionProps {
  /** The application, and the secret with which AppFlow signs in. */
  readonly connector: AppFlowConnector;

  /**
   * The name.
   * @default made of the construct's path, since AppFlow asks for a name
   */
  readonly connectionName?: string;

  /**
   * Encrypts the credentials that AppFlow keeps.
   * @default AppFlow's own key
   */
  readonly encryptionKey?: kms.IKey;
}

/**
 * A connection to a SaaS application, made of a secret.
 *
 * The template has references to the secret, never a value of it: CloudFormation reads the secret while it deploys, and
 * AppFlow keeps what it was given. A secret that changes later reaches AppFlow when the connection is deployed anew.
 *
 * Where a person has to agree in a browser (Salesforce, Slack, Zendesk without a token), the connection is made once in
 * AppFlow's console and named by `AppFlowConnection.fromName`.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-appflow-connectorprofile.html
 */
export class AppFlowConnection extends Resource implements IAppFlowConnection {
  /**
   * A connection that a person made once in AppFlow's console.
   *
   * @param connectionName its name
   * @throws `InvalidConnectionName`
   */
  public static fromName(connectionName: string): IAppFlowConnection {
    return { connectionName: checked(connectionName) };
  }

  /** The connector profile's name. */
  public readonly connectionName: string;

  /** The ARN of the secret in which AppFlow keeps the credentials that it was given. */
  public readonly credentialsArn: string;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidConnectionName`
   */
  public constructor(scope: Construct, id: string, props: AppFlowConnectionProps) {
    super(scope, id, { physicalName: props.connectionName && checked(props.connectionName) });
    const { _type, _label, _config } = props.connector;
    const resource = new appflow.CfnConnectorProfile(this, 'Resource', {
      connectorProfileName: props.connectionName ?? Names.uniqueResourceName(this, { maxLength: 200 }),
      connectionMode: 'Public',
      connectorType: _type,
      connectorLabel: _label,
      connectorProfileConfig: _config,
      kmsArn: props.encryptionKey?.keyArn,
    });
    this.connectionName = this.getResourceNameAttribute(resource.ref);
    this.credentialsArn = resource.attrCredentialsArn;
  }
}

/** @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_CreateConnectorProfile.html */
function checked(name: string): string {
  if (!Token.isUnresolved(name) && !/^[\w/!@#+=.-]{1,256}$/.test(name)) {
    throw new Error(
      LakeError.message(
        'InvalidConnectionName',
        `connection name "${name}"`,
        '1 to 256 letters, digits and _ / ! @ # + = . -',
        "write it as AppFlow's console shows it",
      ),
    );
  }
  return name;
}
