export * from './crawler';
export * from './crawler-classifier';
export * from './crawler-grants';
export * from './crawler-policies';
export * from './crawler-target';
export * from './dataset';
export * from './lake-catalog';
export * from './lake-database';
