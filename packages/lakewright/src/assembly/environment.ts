import { createHash } from 'node:crypto';

/** Where a stack lives. */
export interface Environment {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** `amazonaws.com`, what `AWS::URLSuffix` gives. */
  readonly urlSuffix: string;
}

/** Region prefix → partition and DNS suffix. Source: botocore's partitions.json. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string, urlSuffix: string])[] = [
  ['cn-', 'aws-cn', 'amazonaws.com.cn'],
  ['us-gov-', 'aws-us-gov', 'amazonaws.com'],
  ['us-isob-', 'aws-iso-b', 'sc2s.sgov.gov'],
  ['us-isof-', 'aws-iso-f', 'csp.hci.ic.gov'],
  ['us-iso-', 'aws-iso', 'c2s.ic.gov'],
  ['eu-isoe-', 'aws-iso-e', 'cloud.adc-e.uk'],
  ['eusc-', 'aws-eusc', 'amazonaws.eu'],
];

export function environmentOf(account: string, region: string): Environment {
  const [, partition, urlSuffix] = PARTITIONS.find(([prefix]) => region.startsWith(prefix)) ?? [
    '',
    'aws',
    'amazonaws.com',
  ];
  return { account, region, partition, urlSuffix };
}

/** Hexadecimal digits that are always the same for the same words. */
export function digest(length: number, ...words: readonly string[]): string {
  return createHash('sha256').update(words.join('\u0000')).digest('hex').slice(0, length);
}
