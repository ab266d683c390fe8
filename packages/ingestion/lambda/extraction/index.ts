export { localUrl } from './endpoints';
