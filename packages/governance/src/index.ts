export * from './row-filter';
