export * from './ingestion-run-grants';
export * from './pagination';
export * from './rest-auth';
export * from './s3-copy';
export * from './watermark';
