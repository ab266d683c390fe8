import type { DdlStatement, TableChange } from '../../../engines/sql/ddl/statement';
import type { LakeGuard } from '../access/guard';
import { ddlName } from './names';

/**
 * What a DDL statement needs, before it says anything of what is there.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html: the actions of each statement
 * @throws InsufficientPermissions
 */
export function requireRights(guard: LakeGuard, database: string, statement: DdlStatement): void {
  switch (statement.kind) {
    case 'create database':
      guard.requireCreateDatabase(statement.database);
      return;
    case 'alter database':
      guard.requireDatabase('ALTER', statement.database, 'glue:UpdateDatabase');
      return;
    case 'drop database':
      guard.requireDatabase('DROP', statement.database, 'glue:DeleteDatabase');
      return;
    case 'create table': {
      const name = ddlName(statement.table, database);
      guard.requireDatabase('CREATE_TABLE', name.database, 'glue:CreateTable');
      return;
    }
    case 'drop table':
    case 'drop view':
      guard.requireTable('DROP', ddlName(statement.table, database), 'glue:DeleteTable');
      return;
    case 'alter table':
      requireAlter(guard, database, statement);
      return;
    case 'repair table':
      guard.requireTable('ALTER', ddlName(statement.table, database), 'glue:BatchCreatePartition');
      return;
    case 'optimize':
    case 'vacuum': {
      const name = ddlName(statement.table, database);
      guard.requireTable('INSERT', name, 'glue:UpdateTable');
      guard.requireTable('DELETE', name, 'glue:UpdateTable');
      guard.requireWhole(name);
      return;
    }
    case 'describe':
      guard.describe(ddlName(statement.table, database));
      return;
    case 'show':
      if ('table' in statement) guard.describe(ddlName(statement.table, database));
      else if (statement.what === 'databases') guard.iam('glue:GetDatabases', guard.catalogArns());
      else guard.requireDatabase('DESCRIBE', statement.database ?? database, 'glue:GetTables');
      return;
  }
}

const ACTIONS: Partial<Record<TableChange['kind'], string>> = {
  'add partitions': 'glue:BatchCreatePartition',
  'drop partitions': 'glue:DeletePartition',
  'rename partition': 'glue:UpdatePartition',
};

function requireAlter(guard: LakeGuard, database: string, statement: DdlStatement & { kind: 'alter table' }): void {
  const name = ddlName(statement.table, database);
  const { change } = statement;
  guard.requireTable('ALTER', name, ACTIONS[change.kind] ?? 'glue:UpdateTable');
  if (change.kind === 'rename') {
    guard.requireTable('DROP', name, 'glue:DeleteTable');
    guard.requireDatabase('CREATE_TABLE', ddlName(change.to, database).database, 'glue:CreateTable');
  }
  if (change.kind === 'set location') guard.requireLocation(change.location, name.database);
  if (change.kind === 'add partitions')
    for (const { location } of change.partitions) guard.requireLocation(location, name.database);
}
