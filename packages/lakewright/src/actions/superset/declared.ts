import path from 'node:path';
import type { Assembly, ImageAsset, LakeResource } from '../../assembly/resource';
import { localImage } from '../../services/ecs/container-image';
import { namedValues } from '../../services/ecs/environment';

/** The Superset of an app: what its web server is told. */
export interface DeclaredSuperset {
  /** The image's build folder. */
  readonly folder: string;
  /** As in the image. */
  readonly entryPoint: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Name of the role as which it asks Athena. */
  readonly role?: string;
  /** The folder or file with its dashboards: what its first task would fetch, else what lies in its image. */
  readonly bundle: string;
}

const ENVIRONMENT = 'superset';

/** The first Superset of the app: a task definition whose image says that it is one, and which serves. */
export function declaredSuperset({
  resources,
  images,
  assets,
}: Pick<Assembly, 'resources' | 'images' | 'assets'>): DeclaredSuperset | undefined {
  const tasks = resources
    .filter(({ type }) => type === 'AWS::ECS::TaskDefinition')
    .map((definition) => taskOf(definition, images))
    .filter((task) => task !== undefined);
  const web = tasks.find(({ command }) => command === 'web');
  if (web === undefined) return undefined;
  const place = tasks.find(({ variables }) => variables.BUNDLE_S3)?.variables.BUNDLE_S3;
  const published = assets.find(({ bucket, key }) => place === `s3://${bucket}/${key}`);
  return { ...web, bundle: published?.path ?? path.join(web.folder, 'dashboards') };
}

function taskOf({ properties }: LakeResource, images?: readonly ImageAsset[]) {
  const container = properties.ContainerDefinitions?.[0];
  if (container === undefined) return undefined;
  const image = localImage({ images }, container.Image);
  if (typeof image === 'string' || image.environment !== ENVIRONMENT) return undefined;
  const role = properties.TaskRoleArn === undefined ? undefined : String(properties.TaskRoleArn).split('/').at(-1);
  const { folder, entryPoint } = image;
  return { folder, entryPoint, command: container.Command?.[0], variables: namedValues(container.Environment), role };
}
