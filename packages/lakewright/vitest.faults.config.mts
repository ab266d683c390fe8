import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** A whole pipeline from its constructs, under each fault: minutes, and its Python environments need a network once. */
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
    include: ['test/**/*.faults.test.ts'],
    globalSetup: '../../vitest.tmpdir.mts',
    environment: 'node',
    testTimeout: 600_000,
    hookTimeout: 1_200_000,
    env: { CDK_VALIDATION: 'false' },
    pool: 'forks',
    maxWorkers: 1,
  },
});
