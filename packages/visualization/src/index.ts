export * from './dashboard-bundle';
export * from './superset-login';
export * from './superset-role';
