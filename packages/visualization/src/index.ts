export * from './superset-login';
export * from './superset-role';
