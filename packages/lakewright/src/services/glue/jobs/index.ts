export { runtimeOf } from './job-definition';
export { Jobs } from './jobs';
export { jobOperations } from './operations';
export { jobResources } from './resources';
export { jobTasks } from './tasks';
