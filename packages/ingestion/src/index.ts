export * from './pagination';
export * from './rest-auth';
export * from './watermark';
