import { defineConfig } from 'vitest/config';

/** Every recorded answer of Trino: more than 20,000 statements. */
export default defineConfig({
  test: {
    include: ['test/**/*.recorded.test.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    pool: 'forks',
    maxWorkers: 1,
  },
});
