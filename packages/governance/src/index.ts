export * from './federation';
export * from './lake-audit';
export * from './lake-checks';
export * from './lake-users';
export * from './persona';
export * from './persona-kind';
export * from './row-filter';
