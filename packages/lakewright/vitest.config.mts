import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Suites of their own, each by its vitest.<suite>.config.mts.
    exclude: ['**/node_modules/**', 'test/**/*.{spark,dbt,faults,recorded,superset}.test.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // CDK's own template validation costs seconds per synthesis; the sample app's synthesis runs it.
    env: { CDK_VALIDATION: 'false' },
    pool: 'forks',
    maxWorkers: 2,
  },
});
