import { type IAccessDatabase, type LakeEnvironment, NagFindings } from '@lakewright/core';
import { CustomResource, Duration, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { CatalogRights } from './private/catalog-rights';
import { refuse } from './private/refuse';
import { SpectrumProvider } from './private/spectrum-provider';

/** What a `SpectrumSchema` is made of. */
export interface SpectrumSchemaProps {
  /** What the schema shows: a database of the Data Catalog. */
  readonly database: IAccessDatabase;

  /** The name of the workgroup of Redshift Serverless: the `ref` of an `aws_redshiftserverless.CfnWorkgroup`. */
  readonly workgroupName: string;

  /** The workgroup's ARN: `attrWorkgroupWorkgroupArn`. */
  readonly workgroupArn: string;

  /** Who makes the schema and becomes its owner: the namespace's admin credentials in Secrets Manager. */
  readonly adminSecret: secretsmanager.ISecret;

  /**
   * The schema's name in Redshift: lower case letters, digits and `_`, up to 127.
   * @default the name of `database`
   */
  readonly schemaName?: string;

  /**
   * The database in Redshift.
   * @default 'dev', which every namespace begins with
   */
  readonly redshiftDatabase?: string;

  /**
   * What Redshift reads the lake as; must be among the namespace's roles.
   * @default a role of its own, to be given to the namespace: `iamRoles: [schema.role.roleArn]`
   */
  readonly role?: iam.IRole;

  /**
   * Roles in Redshift, made if need be, whose members use the schema.
   * @default only its owner does
   */
  readonly usageRoles?: string[];

  /**
   * How long the provider's log is kept; the first schema of a stack decides.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * A database of the lake as an external schema in Redshift Serverless: its tables are queried by Redshift Spectrum where they
 * lie, and joined with what Redshift has.
 *
 * Redshift reads in the name of one role, so that Lake Formation shows everybody who uses the schema what is granted to that
 * role: `dataset.grants.read(schema)`; for people with different rights make several schemas. The schema is made by the Redshift
 * Data API when the stack is deployed; removing the construct drops it, and no data.
 *
 * @see https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_SCHEMA.html
 * @see https://docs.aws.amazon.com/redshift/latest/dg/spectrum-lake-formation.html
 */
export class SpectrumSchema extends Construct implements iam.IGrantable {
  /** What Redshift reads the lake as. */
  public readonly role: iam.IRole;

  /** Who is given access when the schema is: its role. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** The schema's name in Redshift. */
  public readonly schemaName: string;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidSchemaName`, `InvalidRedshiftName`
   */
  public constructor(scope: Construct, id: string, props: SpectrumSchemaProps) {
    super(scope, id);
    check(props);
    const { database, workgroupName, workgroupArn, adminSecret } = props;
    this.schemaName = props.schemaName ?? database.databaseName;
    this.role = props.role ?? this.ownRole();
    this.grantPrincipal = this.role.grantPrincipal;
    const rights = new CatalogRights(this, this.role);
    rights.browse([database]);
    rights.dataAccess();

    const provider = SpectrumProvider.of(this, props.environment);
    const execute = iam.Grant.addToPrincipal({
      grantee: provider.role,
      actions: ['redshift-data:ExecuteStatement'],
      resourceArns: [workgroupArn],
    });
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::LakewrightSpectrumSchema',
      serviceToken: provider.serviceToken,
      serviceTimeout: Duration.minutes(10),
      properties: {
        Workgroup: workgroupName,
        Database: props.redshiftDatabase ?? 'dev',
        SecretArn: adminSecret.secretArn,
        Schema: this.schemaName,
        CatalogDatabase: database.databaseName,
        CatalogId: database.linkTarget ? undefined : Stack.of(this).account,
        Region: Stack.of(this).region,
        RoleArn: this.role.roleArn,
        UsageRoles: props.usageRoles ?? [],
      },
    });
    execute.combine(adminSecret.grantRead(provider.role)).applyBefore(resource);
  }

  private ownRole(): iam.Role {
    const { account } = Stack.of(this);
    const conditions = { StringEquals: { 'aws:SourceAccount': account } };
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.CompositePrincipal(
        new iam.ServicePrincipal('redshift-serverless.amazonaws.com', { conditions }),
        new iam.ServicePrincipal('redshift.amazonaws.com', { conditions }),
      ),
      description: 'Redshift Spectrum: reads the lake',
    });
    NagFindings.acknowledgeOwnPolicy(role, 'tables have no fixed names');
    return role;
  }
}

function check({ schemaName, redshiftDatabase, usageRoles = [], database }: SpectrumSchemaProps): void {
  const name = schemaName ?? database.databaseName;
  if (!Token.isUnresolved(name) && !/^[a-z_][a-z0-9_]{0,126}$/.test(name)) {
    refuse(
      'InvalidSchemaName',
      `schemaName "${name}"`,
      'lower case letters, digits and "_", first no digit, up to 127',
      'choose another name',
    );
  }
  for (const one of [...usageRoles, ...(redshiftDatabase === undefined ? [] : [redshiftDatabase])]) {
    if (Token.isUnresolved(one) || /^[a-zA-Z_][\w$]{0,126}$/.test(one)) continue;
    refuse(
      'InvalidRedshiftName',
      `the name "${one}" in "usageRoles" or "redshiftDatabase"`,
      'letters, digits, "_" and "$", first no digit, up to 127',
      'choose another name',
    );
  }
}
