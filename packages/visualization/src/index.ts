export * from './dashboard-bundle';
export * from './superset';
export * from './superset-address';
export * from './superset-alarms';
export * from './superset-login';
export * from './superset-options';
export * from './superset-role';
