import type { ApiShape } from '../services/api-shape';
import { isRecord } from './unresolved';

/**
 * `{{resolve:secretsmanager:id:SecretString:json-key:version-stage:version-id}}` and `{{resolve:ssm-secure:name:version}}`
 * stay as text in a resource's properties, so that no plan, report or log ever holds a secret. A service that needs the
 * value asks for it at the moment of use, with `revealSecrets`.
 */
export interface SecretReference {
  readonly service: 'secretsmanager' | 'ssm-secure';
  /** Name or ARN of the secret, or name of the parameter. */
  readonly id: string;
  /** The key inside of a JSON secret. */
  readonly jsonKey?: string;
  readonly versionStage?: string;
  readonly versionId?: string;
}

const REFERENCE = /\{\{resolve:(secretsmanager|ssm-secure):([^{}]+)\}\}/g;

/** The references of a text, in order. */
export function secretReferences(text: string): SecretReference[] {
  return [...text.matchAll(REFERENCE)].map((match) =>
    parse(match[1] as SecretReference['service'], match[2] as string),
  );
}

/**
 * A copy of the value in which each secret reference is replaced by what `lookup` gives.
 *
 * @param lookup rejects where the secret doesn't exist: its error is passed on
 */
export async function revealSecrets(
  value: ApiShape,
  lookup: (reference: SecretReference) => Promise<string>,
): Promise<ApiShape> {
  if (typeof value === 'string') {
    let text = value;
    for (const match of value.matchAll(REFERENCE)) {
      const secret = await lookup(parse(match[1] as SecretReference['service'], match[2] as string));
      text = text.replace(match[0], () => secret);
    }
    return text;
  }
  if (Array.isArray(value)) return Promise.all(value.map((entry) => revealSecrets(entry, lookup)));
  if (isRecord(value)) {
    const entries = Object.entries(value).map(
      async ([key, entry]) => [key, await revealSecrets(entry, lookup)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }
  return value;
}

function parse(service: SecretReference['service'], body: string): SecretReference {
  if (service === 'ssm-secure') {
    const colon = body.lastIndexOf(':');
    const version = /^\d+$/.test(body.slice(colon + 1)) && colon > 0 ? body.slice(colon + 1) : undefined;
    return { service, id: version === undefined ? body : body.slice(0, colon), versionId: version };
  }
  // A secret's ARN has six colons of its own.
  const parts = body.split(':');
  const length = body.startsWith('arn:') ? 7 : 1;
  const [kind, jsonKey, versionStage, versionId] = parts.slice(length);
  return {
    service,
    id: parts.slice(0, length).join(':'),
    jsonKey: kind === undefined || jsonKey === '' ? undefined : jsonKey,
    versionStage: versionStage || undefined,
    versionId: versionId || undefined,
  };
}
