import path from 'node:path';

/** A Python environment that a part of the lake needs. */
export interface EnvironmentKind {
  readonly name: string;
  /** What it is for, as `doctor` says it. */
  readonly purpose: string;
  /** Lowest and highest minor version of Python 3 that its packages run on. */
  readonly python: readonly [number, number];
  /** Space that it takes, in MiB, rounded up: said before it is made. */
  readonly megabytes: number;
  /** Java archives that it needs beside its packages; resolved by Spark's own resolver, then checked. */
  readonly jars?: readonly Jar[];
}

/** A file of a Maven repository. */
export interface Jar {
  /** `group:artifact:version` */
  readonly coordinates: string;
  readonly sha256: string;
}

/** The requirement files: pinned, with hashes, and made by `uv pip compile --universal --generate-hashes`. */
export const REQUIREMENTS = path.join(__dirname, '..', '..', '..', 'python');

export const requirementsFile = (name: string): string => path.join(REQUIREMENTS, `${name}.txt`);

export const ENVIRONMENTS: readonly EnvironmentKind[] = [
  {
    name: 'pyiceberg',
    purpose: 'scripts that read and write Iceberg tables with PyIceberg',
    python: [10, 14],
    megabytes: 400,
  },
  {
    name: 'spark',
    purpose: 'PySpark 3.5 with Iceberg, on Java 17',
    python: [10, 12],
    megabytes: 700,
    jars: [
      {
        coordinates: 'org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.12.0',
        sha256: '8dd8c90e54ed1a20f2461309d047a255ee56382eb7c0a46162b27a4936fd86dc',
      },
      {
        coordinates: 'org.apache.iceberg:iceberg-aws-bundle:1.12.0',
        sha256: 'dd7e49ffa4ac9b215bed846581991259e3aec9bb2fa08d6cec029c46cd66d957',
      },
    ],
  },
  {
    name: 'duckdb-iceberg',
    purpose: "DuckDB with its own Iceberg extension, to check Lakewright's tables with a second reader",
    python: [10, 14],
    megabytes: 200,
  },
];
