import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['source'] };
const ssr = { resolve: { conditions: ['source'], externalConditions: ['source'] } };

/** `order`: projects run one after another, so that processes and services under test have the machine to themselves. */
const project = (
  order: number,
  name: string,
  include: string[],
  testTimeout: number,
  fileParallelism: boolean,
  exclude: string[] = [],
) => ({
  resolve,
  ssr,
  test: {
    name,
    include,
    exclude,
    testTimeout,
    hookTimeout: 300_000,
    maxWorkers: fileParallelism ? 2 : 1,
    fileParallelism,
    // Of cases of one file that say that they may go on side by side.
    maxConcurrency: 2,
    sequence: { groupOrder: order },
    globals: false,
  },
});

/** Whose figures would be those of the neighbour. */
const ALONE = [
  ...['accuracy', 'run-cancel', 'search'].map((name) => `test/process/${name}.spec.ts`),
  'test/services/scale.spec.ts',
];

export default defineConfig({
  test: {
    projects: [
      project(0, 'unit', ['apps/**/*.spec.ts', 'libs/**/*.spec.ts', 'migrations/**/*.spec.ts'], 20_000, true),
      // Real processes and sockets spend half of their time waiting: two files at once.
      project(1, 'process', ['test/process/**/*.spec.ts'], 120_000, true, ALONE),
      project(2, 'services', ['test/services/**/*.spec.ts'], 240_000, true, ALONE),
      project(3, 'alone', ALONE, 240_000, false),
      // Minutes each, of what shorter suites prove part by part: asked for, not run with every change.
      ...(process.env['TIDEMARK_ACCEPTANCE'] === '1'
        ? [project(4, 'acceptance', ['test/acceptance/**/*.spec.ts'], 600_000, false)]
        : []),
    ],
  },
});
