import type { LakeContext } from './service';

type Lake = Pick<LakeContext, 'config' | 'programs' | 'resources'>;

/**
 * The database of this machine that `connections` of the configuration names in place of a secret (by name, ARN or construct
 * path) or of something else that has names; undefined where it names none.
 *
 * @throws LakewrightError what `lake.programs.url` throws
 */
export async function databaseUrl(
  lake: Lake,
  secret: string | undefined,
  names: readonly string[] = [],
  paths: readonly string[] = [],
): Promise<URL | undefined> {
  const known = [...secretNames(lake.resources, secret), ...names];
  const places = [...secretPaths(lake.resources, secret), ...paths];
  const entry = Object.entries(lake.config.connections).find(
    ([key]) => known.includes(key) || places.some((path) => path === key || path.startsWith(`${key}/`)),
  );
  return entry === undefined ? undefined : new URL(await lake.programs.url(entry[1]));
}

export function secretNames(resources: LakeContext['resources'], secret: string | undefined): string[] {
  if (secret === undefined) return [];
  const name = /:secret:(.+?)(?:-[A-Za-z0-9]{6})?$/.exec(secret)?.[1];
  const declared = resources.filter(({ physicalId }) => physicalId === secret);
  return [
    secret,
    ...(name ? [name] : []),
    ...declared.flatMap(({ properties }) => (properties.Name ? [String(properties.Name)] : [])),
  ];
}

export function secretPaths(resources: LakeContext['resources'], secret: string | undefined): string[] {
  return resources.filter(({ physicalId }) => physicalId === secret).map(({ path }) => path.replace(/\/Resource$/, ''));
}
