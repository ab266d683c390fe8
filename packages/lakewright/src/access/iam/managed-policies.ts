import type { ApiShape } from '../../services/api-shape';
import { type Policy, parsePolicy } from './policy';

/** AWS's own managed policies, by the path after `arn:aws:iam::aws:policy/`. */
const DOCUMENTS: Readonly<Record<string, ApiShape>> = {
  AdministratorAccess: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

const parsed = new Map<string, Policy>();

/** Undefined for an ARN that is none of AWS's, or whose text isn't known here. */
export function managedPolicy(arn: string): Policy | undefined {
  const name = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
  if (name === undefined || !Object.hasOwn(DOCUMENTS, name)) return undefined;
  const known = parsed.get(name) ?? parsePolicy(name, DOCUMENTS[name]);
  parsed.set(name, known);
  return known;
}
