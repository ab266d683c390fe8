import type { IAthenaWorkgroup, LakeEnvironment } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { DbtProjectProps } from '../dbt-project';
import { ownLocation } from './dbt-rights';
import { refuse } from './refuse';

/**
 * Every version of a table in a folder of its own below the table's: `<database's location>/<table>/<uuid>`. So a data set of
 * the database finds it at its default place, and dbt replaces a table without deleting the one that is read.
 */
export const DATA_NAMING = 'table_unique';

/** What `run.py` is told: the profile of this environment, and what a run does. */
export function dbtVariables(
  props: DbtProjectProps,
  role: iam.IRole,
  environment: LakeEnvironment,
): Record<string, string> {
  const given = props.variables ?? {};
  const reserved = Object.keys(given).find((name) => /^(LAKEWRIGHT_|AWS_)/.test(name));
  if (reserved !== undefined) {
    refuse('ReservedVariable', `variable "${reserved}"`, 'LAKEWRIGHT_ and AWS_ are taken', 'give it another name');
  }
  const { workgroup, database, moreDatabases = [] } = props;
  const places = moreDatabases.map((one) => [
    `LAKEWRIGHT_DATA_${one.node.id.replace(/\W+/g, '_').toUpperCase()}`,
    ownLocation(one).uri,
  ]);
  return {
    ...given,
    ...Object.fromEntries(places),
    LAKEWRIGHT_DBT_TARGET: props.target ?? environment.name,
    LAKEWRIGHT_DBT_SCHEMA: database.databaseName,
    LAKEWRIGHT_DBT_DATA: ownLocation(database).uri,
    LAKEWRIGHT_DBT_NAMING: DATA_NAMING,
    LAKEWRIGHT_DBT_WORKGROUP: workgroup.workgroupName,
    LAKEWRIGHT_DBT_STAGING: staging(workgroup, role),
    LAKEWRIGHT_DBT_ARTIFACTS: props.artifacts.uri,
    LAKEWRIGHT_DBT_THREADS: String(props.threads ?? 4),
    LAKEWRIGHT_DBT_FRESHNESS: String(props.sourceFreshness ?? true),
    LAKEWRIGHT_DBT_DOCS: String(props.docs ?? true),
  };
}

const staging = (workgroup: IAthenaWorkgroup, role: iam.IRole): string => workgroup.resultLocation(role).uri;
