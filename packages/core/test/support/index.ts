/** What the construct packages' tests share; imported by relative path, never published. */
export * from './error-codes';
export * from './id-contract';
export * from './nag';
export * from './policy';
export type { RequestContext } from './policy-conditions';
export * from './resolve';
