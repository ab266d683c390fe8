import { defineConfig } from 'vitest/config';

/** Unmodified AWS clients against a served lake: slower than unit tests, and the Python ones need a network once. */
export default defineConfig({
  test: {
    include: ['test/clients/**/*.client.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    testTimeout: 300_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
