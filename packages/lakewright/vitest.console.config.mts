import { defineConfig } from 'vitest/config';

/** The console in the system's Chromium, on small lakes that are really served. */
export default defineConfig({
  test: {
    include: ['test/console/**/*.console.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
