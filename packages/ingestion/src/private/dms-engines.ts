/** What DMS documents of an engine as a source. */
export interface Engine {
  readonly label: string;
  readonly engineName: string;
  readonly port: number;
  /** Encrypted ones only. */
  readonly sslModes: readonly string[];
  readonly notServerless?: string;
}

/**
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Security.SSL.html
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Serverless.Limitations.html
 */
export const ENGINES = {
  postgres: engine('PostgreSQL', 'postgres', 5432, ['require', 'verify-ca', 'verify-full']),
  auroraPostgres: engine('Aurora PostgreSQL', 'aurora-postgresql', 5432, ['require', 'verify-ca', 'verify-full']),
  mysql: engine('MySQL', 'mysql', 3306, ['verify-ca', 'verify-full']),
  mariadb: engine('MariaDB', 'mariadb', 3306, ['verify-ca', 'verify-full']),
  auroraMysql: engine('Aurora MySQL', 'aurora', 3306, ['verify-ca', 'verify-full']),
  sqlServer: engine('SQL Server', 'sqlserver', 1433, ['require', 'verify-full']),
  oracle: engine('Oracle', 'oracle', 1521, ['verify-ca']),
  db2: engine('Db2', 'db2', 50000, ['verify-ca'], 'DMS Serverless has no encrypted connections to Db2'),
  sapAse: engine('SAP ASE', 'sybase', 5000, ['verify-full'], 'DMS Serverless has no SAP ASE'),
  mongo: engine('MongoDB', 'mongodb', 27017, ['require', 'verify-full']),
  documentDb: engine('DocumentDB', 'docdb', 27017, ['require', 'verify-full']),
};

function engine(label: string, engineName: string, port: number, sslModes: string[], notServerless?: string): Engine {
  return { label, engineName, port, sslModes, notServerless };
}
