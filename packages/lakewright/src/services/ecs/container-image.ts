import fs from 'node:fs';
import path from 'node:path';
import type { LakeResource } from '../../assembly/resource';
import { ENVIRONMENTS } from '../../engines/python/catalog';
import type { ApiShape } from '../api-shape';
import type { LakeContext } from '../service';

/** The file in an image's build folder that says how its program runs without a container. */
const DESCRIPTION = 'lakewright.container.json';

/** A container's program, as it runs on this machine. */
export interface LocalImage {
  readonly tag: string;
  /** The build folder: the program's working directory. */
  readonly folder: string;
  /** The Python environment that stands for what the image installs; without one it is the machine's Python. */
  readonly environment?: string;
  /** As in the image: `ENTRYPOINT` and `CMD`. */
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  /** Variables that only this machine needs. */
  readonly variables: Readonly<Record<string, string>>;
  /** Modules that its Python may import ahead, before anything is to run. */
  readonly preload: readonly string[];
  /** Arguments that its program gets beside its own when an edit of its files is all that has changed. */
  readonly edited: readonly string[];
}

/** What an image is here, or why it doesn't run. */
export function localImage(lake: Pick<LakeContext, 'images'>, image: unknown): LocalImage | string {
  const name = String(image);
  // The registry has the environment in its name, which an unresolved one spells in another way.
  const asset = lake.images?.find(({ tag }) => name.endsWith(`:${tag}`));
  if (asset === undefined) return `its image ${name} is no asset of the app`;
  const file = path.join(asset.folder, DESCRIPTION);
  if (!fs.existsSync(file)) return `its image's build folder has no ${DESCRIPTION}: no Docker`;
  const {
    environment,
    entryPoint = [],
    command = [],
    variables = {},
    preload = [],
    edited = [],
  } = JSON.parse(fs.readFileSync(file, 'utf8'));
  if (environment !== undefined && !ENVIRONMENTS.some((kind) => kind.name === environment)) {
    return `${DESCRIPTION} names the environment "${environment}", which is none of Lakewright's`;
  }
  return { tag: asset.tag, folder: asset.folder, environment, entryPoint, command, variables, preload, edited };
}

/** Why a task of this definition doesn't run here, or undefined. */
export function refusal(lake: Pick<LakeContext, 'images'>, { properties }: LakeResource): string | undefined {
  const containers: ApiShape[] = properties.ContainerDefinitions ?? [];
  const [container] = containers;
  if (container === undefined || containers.length > 1) return `it has ${containers.length} containers: one runs here`;
  if (container.EnvironmentFiles?.length) return 'it reads environment files: variables and secrets are read here';
  const image = localImage(lake, container.Image);
  return typeof image === 'string' ? image : undefined;
}
