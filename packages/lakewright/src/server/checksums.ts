import { createHash } from 'node:crypto';
import { type Checksum, Crc32, Crc32c, Crc64Nvme } from './crc';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

export function newChecksum(algorithm: ChecksumAlgorithm | 'MD5'): Checksum {
  switch (algorithm) {
    case 'CRC32':
      return new Crc32();
    case 'CRC32C':
      return new Crc32c();
    case 'CRC64NVME':
      return new Crc64Nvme();
    default:
      return new Hash(algorithm);
  }
}

/** `x-amz-checksum-crc32` → `CRC32`. */
export function algorithmOfHeader(header: string): ChecksumAlgorithm | undefined {
  const name = /^x-amz-checksum-(.+)$/.exec(header)?.[1]?.toUpperCase();
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name);
}

export function checksumHeader(algorithm: string): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

class Hash implements Checksum {
  private readonly hash;

  public constructor(algorithm: string) {
    this.hash = createHash(algorithm.toLowerCase());
  }

  public update(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }

  public digest(): Buffer {
    return this.hash.digest();
  }
}
