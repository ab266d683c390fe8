import type { ApiShape } from '../services/api-shape';

/** What happens to a resource locally. */
export type Classification =
  /** The real thing happens. */
  | 'executed'
  /** Same effect by other means; the note says which. */
  | 'simulated'
  /** Kept, no effect. */
  | 'recorded'
  /** Named with its construct path; nothing happens. */
  | 'unsupported';

/** One resource of the synthesized lake, intrinsics resolved. */
export interface LakeResource {
  /** `AWS::S3::Bucket` */
  readonly type: string;
  readonly logicalId: string;
  /** `BatchLake/Storage/Raw/Resource`; `<stack>/<logicalId>` for a template without construct paths. */
  readonly path: string;
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** What `Ref` gives: a bucket's name, a state machine's ARN … */
  readonly physicalId: string;
  /** What `Fn::GetAtt X.Arn` gives. */
  readonly arn: string;
  /** Resolved properties; undefined where `problem` says why. */
  readonly properties: Readonly<Record<string, ApiShape>>;
  readonly metadata: Readonly<Record<string, ApiShape>>;
  /** Logical ids of the same template that it waits for: DependsOn, Ref, Fn::GetAtt, Fn::Sub. */
  readonly dependsOn: readonly string[];
  /** Why some properties couldn't be resolved, in sentences that name the intrinsics; the others are there. */
  readonly problem?: string;
  /** Attributes and references that the runtime made up since only AWS knows them (`Fn::GetAtt Db.Endpoint.Address`). */
  readonly invented: readonly string[];
}

/** A file asset of the assembly: where a published object really lies. */
export interface FileAsset {
  readonly bucket: string;
  readonly key: string;
  /** Absolute path of the file or folder. */
  readonly path: string;
  readonly packaging: 'file' | 'zip';
  readonly displayName?: string;
}

/** An image asset: the folder that a container image would be built from. It is never built here. */
export interface ImageAsset {
  readonly repository: string;
  readonly tag: string;
  /** Absolute path of the build context. */
  readonly folder: string;
  readonly dockerFile?: string;
  readonly displayName?: string;
}

/** A synthesized lake, read and resolved. */
export interface Assembly {
  /** Absolute path of `cdk.out` or of the template file. */
  readonly source: string;
  readonly stacks: readonly string[];
  /** In deployment order: dependencies first. */
  readonly resources: readonly LakeResource[];
  readonly assets: readonly FileAsset[];
  readonly images?: readonly ImageAsset[];
  /** stack → output name → value */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /**
   * What a user should know beyond single resources (`LakeResource.problem`): templates that couldn't be read, circles,
   * outputs without a value, transforms. Each line starts with the stack.
   */
  readonly problems: readonly string[];
}
