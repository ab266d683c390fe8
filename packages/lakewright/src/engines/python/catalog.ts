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

const POSTGRESQL: Jar = {
  coordinates: 'org.postgresql:postgresql:42.7.7',
  sha256: '157963d60ae66d607e09466e8c0cdf8087e9cb20d0159899ffca96bca2528460',
};

export const ENVIRONMENTS: readonly EnvironmentKind[] = [
  {
    name: 'glue-5.0',
    purpose: 'jobs of AWS Glue 5.0 (Spark 3.5.4, Iceberg 1.7.1), on Java 17',
    // PySpark 3.5 needs `distutils`, which ended with 3.11; AWS Glue 5 runs 3.11.
    python: [10, 11],
    megabytes: 900,
    jars: [
      {
        coordinates: 'org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.7.1',
        sha256: 'cdf7357865d8d91764e0f147a2d76bc3e1e2b8792ddc0d3be329b3d34aaf218c',
      },
      {
        coordinates: 'org.apache.spark:spark-avro_2.12:3.5.4',
        sha256: '4157aaf06b6094f6d061cf65ddecc65f5d973fa53d31d2492a39af0d75546dc9',
      },
      POSTGRESQL,
    ],
  },
  {
    name: 'glue-5.1',
    purpose: 'jobs of AWS Glue 5.1 (Spark 3.5.6, Iceberg 1.10.0), on Java 17',
    python: [10, 11],
    megabytes: 900,
    jars: [
      {
        coordinates: 'org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0',
        sha256: '70f9471870b2d456167d703c829f098a446b86bb1379eee338c0efa03a341026',
      },
      {
        coordinates: 'org.apache.spark:spark-avro_2.12:3.5.6',
        sha256: '933ab859ec96aca9b4628b26e1b9ac4e67156f38f6936fb495d7df1486f6ee24',
      },
      POSTGRESQL,
    ],
  },
  {
    name: 'java-17',
    purpose: 'a Java 17 for Spark, where the machine has none',
    python: [10, 14],
    megabytes: 100,
  },
  {
    name: 'dbt',
    purpose: 'dbt projects on Athena: dbt-core 1.11 with dbt-athena',
    python: [10, 13],
    megabytes: 250,
  },
  {
    name: 'superset',
    purpose: 'lakewright superset: Apache Superset 6.1 on the local lake',
    python: [10, 12],
    megabytes: 900,
  },
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
