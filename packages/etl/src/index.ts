export * from './on-failure';
