export * from './access-logs';
export * from './lake-storage';
export * from './lake-zone';
export * from './zone';
export * from './zone-base';
export * from './zone-encryption';
export * from './zone-grants';
export * from './zone-lifecycle';
