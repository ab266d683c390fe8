export * from './athena-output';
export * from './athena-sql';
export * from './athena-transform';
export * from './on-failure';
export * from './sql-parameter';
