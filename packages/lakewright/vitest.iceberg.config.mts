import { defineConfig } from 'vitest/config';

/** Iceberg tables shared by several engines: slow, and the Python environments need a network once. */
export default defineConfig({
  test: {
    include: ['test/iceberg/**/*.suite.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    testTimeout: 900_000,
    hookTimeout: 1_200_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
