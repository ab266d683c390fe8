import { defineConfig } from 'vitest/config';

/** A real Superset: minutes, and its Python environment (0.9 GB) needs a network once. */
export default defineConfig({
  test: {
    include: ['test/**/*.superset.test.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    testTimeout: 900_000,
    hookTimeout: 1_800_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
