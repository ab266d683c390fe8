import { Token } from 'aws-cdk-lib';
import type { AthenaWorkgroupProps } from '../athena-workgroup';
import { refuse } from './refuse';

/** @throws `InvalidWorkgroupName` */
export function checkWorkgroupName(name?: string): void {
  if (name !== undefined && !Token.isUnresolved(name) && !/^[\w.-]{1,128}$/.test(name)) {
    refuse(
      'InvalidWorkgroupName',
      `workgroup name "${name}"`,
      '1 to 128 letters, digits, "-", "_" and "."',
      'leave out other characters',
    );
  }
}

/** @throws `ScanLimitTooSmall`, `InvalidResultExpiry`, `KeyWithoutBucket`, `ManagedResultsHaveNoLocation` */
export function checkWorkgroup(props: AthenaWorkgroupProps): void {
  const { scanLimit, resultExpiry, encryptionKey, results, managedResults } = props;
  checkWorkgroupName(props.workgroupName);
  if (scanLimit && !scanLimit.isUnresolved() && scanLimit.toBytes() < 10_000_000) {
    refuse(
      'ScanLimitTooSmall',
      `scanLimit "${scanLimit.toBytes()}" bytes`,
      'Athena cuts off at 10000000 bytes at least',
      'use Size.mebibytes(10) or more',
    );
  }
  checkResultExpiry(resultExpiry);
  if (managedResults && (results || resultExpiry)) {
    refuse(
      'ManagedResultsHaveNoLocation',
      `"managedResults" with "${results ? 'results' : 'resultExpiry'}"`,
      'Athena keeps managed results itself, for 24 hours',
      'leave out one of the two',
    );
  }
  if (encryptionKey && results) {
    refuse(
      'KeyWithoutBucket',
      'both "encryptionKey" and "results"',
      'results are encrypted as their bucket is',
      'give the key to the bucket, or leave out one of the two',
    );
  }
}

/** @throws `InvalidResultExpiry` */
export function checkResultExpiry(resultExpiry: AthenaWorkgroupProps['resultExpiry']): void {
  const days = resultExpiry && !resultExpiry.isUnresolved() ? resultExpiry.toDays({ integral: false }) : 1;
  if (!Number.isInteger(days) || days < 1) {
    refuse('InvalidResultExpiry', `resultExpiry "${days}" days`, 'S3 expires by whole days', 'use Duration.days');
  }
}
