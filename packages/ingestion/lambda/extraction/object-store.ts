/** One object. */
export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

export interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
}

/** Only if the object has this ETag, or only if there is none. */
export type Condition = { readonly etag: string } | { readonly absent: true };

/** The object has changed since, or exists already. */
export class ConditionFailed extends Error {
  public override readonly name = 'ConditionFailed';
}

/** What the extraction needs of Amazon S3: strongly consistent, with conditional writes. */
export interface ObjectStore {
  /** @returns undefined if there is no such object */
  get(address: ObjectAddress): Promise<StoredObject | undefined>;

  /** @throws ConditionFailed */
  put(address: ObjectAddress, body: Uint8Array | string, condition?: Condition): Promise<void>;

  /** @returns false if there is nothing to copy */
  copy(source: ObjectAddress, target: ObjectAddress): Promise<boolean>;

  /** Nothing happens if there is no such object. */
  delete(address: ObjectAddress): Promise<void>;

  /** Up to 1,000 keys that begin with this, and when S3 stored them. */
  list(prefix: ObjectAddress): Promise<{ readonly key: string; readonly modified: number }[]>;
}
