export * from './sql-attempts';
export { SECRETS } from './world';
