import type { ApiShape } from '../services/api-shape';
import { digest, type Environment } from './environment';
import { IDENTITIES, type Identity } from './identities';
import { own } from './unresolved';

/** What names one resource: enough to answer `Ref` and `Fn::GetAtt` for it. */
export interface Named {
  readonly type: string;
  readonly logicalId: string;
  /** The stack's name, as in `AWS::StackName`. */
  readonly stack: string;
  readonly environment: Environment;
  /** A resolved property by its path; undefined where the template has none. */
  property(path: string): ApiShape;
}

export interface ResourceIdentity {
  /** `bucket-name`: what the pattern's `{name}` is. */
  readonly name: string;
  readonly physicalId: string;
  readonly arn: string;
  /** The type has no line in `IDENTITIES`: Ref and ARN only look as AWS's would. */
  readonly invented: boolean;
}

/**
 * Names that stay the same as long as stack, environment and logical id do. Explicit names are honoured as they are.
 * Generated ones look like CloudFormation's (`<stack>-<logicalId>-<hash>`), cut to the type's length.
 */
export function identify(resource: Named): ResourceIdentity {
  const identity = own(IDENTITIES, resource.type) ?? {};
  const explicit = identity.name === undefined ? undefined : resource.property(identity.name);
  const name = typeof explicit === 'string' && explicit !== '' ? explicit : generatedName(resource, identity);
  const fill = (pattern: string): string => fillPattern(pattern, resource, { name });
  const arn = fill(`arn:{partition}:${identity.arn ?? defaultArn(resource.type)}`);
  const physicalId = identity.ref === undefined ? name : identity.ref === 'arn' ? arn : fill(identity.ref);
  return { name, physicalId, arn, invented: !Object.hasOwn(IDENTITIES, resource.type) };
}

/** An attribute that follows from the resource's own data; undefined where only AWS knows it. */
export function derivedAttribute(resource: Named, identity: ResourceIdentity, attribute: string): ApiShape {
  if (attribute === 'Arn') return identity.arn;
  const pattern = own(own(IDENTITIES, resource.type)?.attributes, attribute);
  return pattern === undefined ? undefined : fillPattern(pattern, resource, { name: identity.name, arn: identity.arn });
}

/** Whether an attribute that has a property's name has its value, too. */
export function echoesProperties(type: string): boolean {
  return !type.startsWith('Custom::') || own(IDENTITIES, type)?.echo === true;
}

function generatedName(resource: Named, identity: Identity): string {
  const max = identity.max ?? 64;
  if (identity.generated !== undefined) return fillPattern(identity.generated, resource, {});
  const hash = seeded(resource, 12).toUpperCase();
  const [stack, logicalId] = [resource.stack, resource.logicalId];
  // As CloudFormation does: both words lose their ends, the hash never does.
  const room = max - hash.length - 2;
  const head = stack.slice(0, Math.max(room - logicalId.length, Math.floor(room / 2)));
  const name = `${head}-${logicalId.slice(0, room - head.length)}-${hash}`;
  return identity.lower ? name.toLowerCase().replace(/[^a-z0-9-]/g, '-') : name;
}

function fillPattern(pattern: string, resource: Named, known: Readonly<Record<string, string>>): string {
  const { account, region, partition, urlSuffix } = resource.environment;
  const words: Record<string, string> = {
    account,
    region,
    partition,
    urlSuffix,
    stack: resource.stack,
    logicalId: resource.logicalId,
    ...known,
  };
  return pattern.replace(/\{([\w.]+)\}/g, (_, word: string) => {
    if (Object.hasOwn(words, word)) return words[word] as string;
    switch (word) {
      case 'hash':
        return seeded(resource, 16).toUpperCase();
      case 'hex':
        return seeded(resource, 17);
      case 'uuid':
        return seeded(resource, 32).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5');
      case 'short':
        return BigInt(`0x${seeded(resource, 16)}`)
          .toString(36)
          .padStart(10, '0')
          .slice(0, 10);
      default: {
        const value = resource.property(word);
        return value === undefined || value === null ? '' : String(value);
      }
    }
  });
}

function seeded(resource: Named, length: number): string {
  const { account, region } = resource.environment;
  return digest(length, account, region, resource.stack, resource.logicalId);
}

function defaultArn(type: string): string {
  const [vendor, service, kind] = type.split('::');
  const resource = vendor === 'AWS' && kind !== undefined ? kind : 'custom-resource';
  return `${(vendor === 'AWS' ? service : 'cloudformation')?.toLowerCase()}:{region}:{account}:${resource.toLowerCase()}/{name}`;
}
