export * from './athena-engine-version';
export * from './athena-workgroup';
export * from './athena-workgroup-base';
export * from './athena-workgroup-grants';
