/** Where the files of tables are: buckets. URIs are `s3://bucket/key`. */
export interface IcebergFiles {
  /** @throws for a file that isn't there */
  read(uri: string): Promise<Buffer>;
  /** Creates an object that has not been there. */
  write(uri: string, bytes: Buffer | string): Promise<void>;
  delete(uri: string): Promise<void>;
}
