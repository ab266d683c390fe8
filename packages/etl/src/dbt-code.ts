import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { imageOf } from './private/dbt-image';

/**
 * Where a dbt project comes from.
 *
 * The image of a folder has dbt-core 1.11 and dbt-athena 1.11, pinned with the hashes of all their parts; it runs without
 * root's rights. It is built at deployment: synthesis needs no Docker.
 */
export class DbtCode {
  /**
   * A folder with a `dbt_project.yml`.
   *
   * Packages of its `packages.yml` are fetched as the image is built, unless the folder has a `dbt_packages`: a run fetches
   * nothing. `target`, `logs` and what git ignores by convention (`.venv`, `.user.yml`) stay outside.
   *
   * @param directory absolute, or relative to where the app is run
   * @throws `NoDbtProject`
   */
  public static fromDirectory(directory: string): DbtCode {
    return new DbtCode((scope) => imageOf(scope, directory));
  }

  /**
   * An image that was built elsewhere: from a git repository by a pipeline, for example. It must take the same arguments and
   * variables as ours, which is so if it is built on it. Locally such an image isn't run.
   *
   * @param image from a registry
   */
  public static fromImage(image: ecs.ContainerImage): DbtCode {
    return new DbtCode(() => image);
  }

  private constructor(private readonly make: (scope: Construct) => ecs.ContainerImage) {}

  /** @internal */
  public _bind(scope: Construct): ecs.ContainerImage {
    return this.make(scope);
  }
}
