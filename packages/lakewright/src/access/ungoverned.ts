import type { DatabaseAccess, LakePermissions, TableAccess } from './contract';

/** Lake Formation leaves a table to IAM. */
export const UNGOVERNED_TABLE: TableAccess = {
  governed: false,
  permissions: new Set(['SELECT', 'DESCRIBE', 'INSERT', 'DELETE', 'ALTER', 'DROP']),
  select: [{ name: 'all', columns: 'all' }],
  described: 'all',
  reasons: ['Lake Formation leaves this table to IAM'],
};

export const UNGOVERNED_DATABASE: DatabaseAccess = {
  governed: false,
  permissions: new Set(['DESCRIBE', 'CREATE_TABLE', 'ALTER', 'DROP']),
  reasons: ['Lake Formation leaves this database to IAM'],
};

/** An account in which Lake Formation governs nothing. */
export const NOTHING_GOVERNED: LakePermissions = {
  table: () => UNGOVERNED_TABLE,
  database: () => UNGOVERNED_DATABASE,
  mayCreateDatabase: () => true,
  mayPlaceDataAt: () => true,
  isRegistered: () => false,
  isAdministrator: () => false,
};
