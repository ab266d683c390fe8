import { defineConfig } from 'vitest/config';

/** The same statements here and on a real Trino, where one can be had: minutes, and 1.3 GB for a while. */
export default defineConfig({
  test: {
    include: ['test/trino/**/*.trino.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    pool: 'forks',
    maxWorkers: 1,
  },
});
