export { triggerOperations, triggerResources } from './operations';
export { Triggers } from './triggers';
