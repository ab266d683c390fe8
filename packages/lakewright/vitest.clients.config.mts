import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Unmodified AWS clients against a served lake: slower than unit tests, and the Python ones need a network once. */
export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^@lakewright\/([a-z-]+)$/,
        replacement: fileURLToPath(new URL('../$1/src/index.ts', import.meta.url)),
      },
    ],
  },
  test: {
    include: ['test/clients/**/*.client.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    env: { CDK_VALIDATION: 'false' },
    testTimeout: 300_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
