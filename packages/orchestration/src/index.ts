export * from './lake-pipeline';
export * from './pipeline-grants';
export * from './pipeline-schedule';
export * from './pipeline-step';
export * from './pipeline-trigger';
