import type { AthenaConnectionFacts } from '@lakewright/consumption';

const JDBC = 'https://docs.aws.amazon.com/athena/latest/ug/jdbc-v3-driver.html';
const ODBC = 'https://docs.aws.amazon.com/athena/latest/ug/odbc-v2-driver.html';

/** A tool that reaches Athena by one of its drivers. */
export class BiTool {
  /**
   * Tableau Desktop, Server and Bridge, by the connector "Amazon Athena", which has the JDBC driver.
   *
   * @see https://help.tableau.com/current/pro/desktop/en-us/examples_amazonathena.htm
   */
  public static readonly TABLEAU = new BiTool('Tableau', JDBC, (facts) => ({
    Server: facts.tableauServer,
    ...(facts.tableauStagingDirectory ? { StagingDirectory: facts.tableauStagingDirectory } : {}),
    Properties: facts.tableauProperties,
  }));

  /** Power BI Desktop and its gateway, on the ODBC driver. */
  public static readonly POWER_BI = new BiTool('Power BI', ODBC, (facts) => ({ Source: facts.powerBiSource }));

  /** DBeaver, which has the JDBC driver. */
  public static readonly DBEAVER = BiTool.jdbc('DBeaver');

  /** Excel, by a data source (DSN) of the ODBC driver. */
  public static readonly EXCEL = BiTool.odbc('Excel');

  /**
   * Another tool, with the JDBC driver, version 3.
   *
   * @param name of the tool
   */
  public static jdbc(name: string): BiTool {
    return new BiTool(name, JDBC, (facts) => ({ JdbcUrl: facts.jdbcUrl }));
  }

  /**
   * Another tool, with the ODBC driver, version 2.
   *
   * @param name of the tool
   */
  public static odbc(name: string): BiTool {
    return new BiTool(name, ODBC, (facts) => ({ OdbcConnectionString: facts.odbcConnectionString }));
  }

  private constructor(
    /** Of the tool. */
    public readonly name: string,
    /** AWS's page with its driver. */
    public readonly driverPage: string,
    private readonly facts: (facts: AthenaConnectionFacts) => Record<string, string>,
  ) {}

  /** @internal What is written into the tool, by what it is. */
  public _settings(facts: AthenaConnectionFacts): Record<string, string> {
    return this.facts(facts);
  }
}
