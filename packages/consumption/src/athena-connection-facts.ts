import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** What drivers and tools begin with. */
export interface ConnectionFactsOptions {
  /**
   * The database that is used where a query names none.
   * @default the driver's own: `default`
   */
  readonly databaseName?: string;

  /**
   * The profile in the user's AWS configuration, for example one that takes on a role or logs in by IAM Identity Center.
   * @default the AWS SDK's default chain: environment, container, instance
   */
  readonly profileName?: string;
}

/**
 * What drivers and tools need to know to reach a workgroup as one principal; no secret is among it.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/athena-bi-tools-jdbc-odbc.html
 */
export class AthenaConnectionFacts {
  /** The class of the JDBC 3.x driver. */
  public readonly jdbcDriverClass = 'com.amazon.athena.jdbc.AthenaDriver';

  /**
   * URL of the JDBC 3.x driver: for DBeaver, and every other client of Java.
   *
   * @see https://docs.aws.amazon.com/athena/latest/ug/jdbc-v3-driver-connection-parameters.html
   */
  public readonly jdbcUrl: string;

  /**
   * Connection string of the ODBC 2.x driver.
   *
   * @see https://docs.aws.amazon.com/athena/latest/ug/odbc-v2-driver-connection-parameters.html
   */
  public readonly odbcConnectionString: string;

  /** Power Query's source, for the advanced editor of Power BI: the ODBC driver has to be installed. */
  public readonly powerBiSource: string;

  /** Tableau's field "Server"; "Port" is 443. */
  public readonly tableauServer: string;

  /** Tableau's field "S3 Staging Directory"; undefined when Athena keeps the results. */
  public readonly tableauStagingDirectory?: string;

  /**
   * A line of `athena.properties`, in Tableau's folder for data sources.
   *
   * @see https://help.tableau.com/current/pro/desktop/en-us/examples_amazonathena.htm
   */
  public readonly tableauProperties: string;

  /**
   * @param scope whose region and partition are meant
   * @param workgroupName the workgroup
   * @param resultLocation where the principal's results go; undefined when Athena keeps them
   * @param options the database and the credentials that they begin with
   */
  public constructor(
    scope: Construct,
    /** The workgroup. */
    public readonly workgroupName: string,
    /** Where the principal's results go; undefined when Athena keeps them. */
    public readonly resultLocation?: string,
    options: ConnectionFactsOptions = {},
  ) {
    const { region, urlSuffix } = Stack.of(scope);
    const { databaseName, profileName } = options;
    this.jdbcUrl = `jdbc:athena://${pairs({
      Region: region,
      WorkGroup: workgroupName,
      Catalog: 'AwsDataCatalog',
      Database: databaseName,
      OutputLocation: resultLocation,
      CredentialsProvider: profileName ? 'ProfileCredentials' : 'DefaultChain',
      ProfileName: profileName,
    })}`;
    this.odbcConnectionString = pairs({
      DRIVER: '{Amazon Athena ODBC (x64)}',
      AwsRegion: region,
      Workgroup: workgroupName,
      Catalog: 'AwsDataCatalog',
      Schema: databaseName,
      S3OutputLocation: resultLocation,
      AuthenticationType: profileName ? 'IAM Profile' : 'Default Credentials',
      AWSProfile: profileName,
    });
    this.powerBiSource = `Odbc.DataSource("${this.odbcConnectionString}", [HierarchicalNavigation=true])`;
    this.tableauServer = `athena.${region}.${urlSuffix}`;
    this.tableauStagingDirectory = resultLocation;
    this.tableauProperties = `Workgroup=${workgroupName}`;
  }

  /**
   * Makes outputs of the stack of them: who sets up a tool needs no access to the code.
   *
   * @param scope where they are created
   * @param id with which their names begin
   */
  public addOutputs(scope: Construct, id: string): void {
    const facts = {
      JdbcUrl: this.jdbcUrl,
      OdbcConnectionString: this.odbcConnectionString,
      PowerBiSource: this.powerBiSource,
      TableauServer: this.tableauServer,
      TableauStagingDirectory: this.tableauStagingDirectory,
      TableauProperties: this.tableauProperties,
    };
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined) new CfnOutput(scope, `${id}${name}`, { value });
    }
  }
}

const pairs = (values: Record<string, string | undefined>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value};`)
    .join('');
