import type * as s3 from 'aws-cdk-lib/aws-s3';

/** A user's code, as a job takes it. */
export interface BoundCode {
  /** Zip files that Python imports from. */
  readonly files: { readonly bucket: s3.IBucket; readonly key: string }[];
  readonly module: string;
  readonly function: string;
  readonly requirements: string[];
}
