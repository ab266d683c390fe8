export * from './classify';
export { type LoadOptions, loadAssembly } from './load';
export * from './recorded';
export * from './resource';
export { revealSecrets, type SecretReference, secretReferences } from './secrets';
