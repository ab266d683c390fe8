import { defineConfig } from 'vitest/config';

/** Glue jobs on real Spark: minutes, and their Python environments need a network once. */
export default defineConfig({
  test: {
    include: ['test/**/*.spark.test.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    testTimeout: 600_000,
    hookTimeout: 1_200_000,
    env: { CDK_VALIDATION: 'false' },
    pool: 'forks',
    maxWorkers: 1,
  },
});
