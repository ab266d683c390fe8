export { MySqlSource } from './mysql-source';
