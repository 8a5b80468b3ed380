import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const resolve = { conditions: ['source'] };
const ssr = { resolve: { conditions: ['source'], externalConditions: ['source'] } };

/** `order`: projects of one number share two workers; those of the next begin when they have ended. */
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

/** Minutes each: begun last, one of them would go on alone while the other worker has nothing to do. */
const LONGEST = [
  ...['rolling-restart', 'stress-cassandra', 'faults', 'genuine-stress', 'front-doors', 'cdc-pipeline'].map(
    (name) => `test/services/${name}.spec.ts`,
  ),
  'test/process/faults.spec.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`));
      return at === -1 ? LONGEST.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      project(0, 'unit', ['apps/**/*.spec.ts', 'libs/**/*.spec.ts', 'migrations/**/*.spec.ts'], 20_000, true),
      // Real processes and sockets spend half of their time waiting: two files at once.
      project(1, 'process', ['test/process/**/*.spec.ts'], 120_000, true, ALONE),
      project(1, 'services', ['test/services/**/*.spec.ts'], 240_000, true, ALONE),
      project(2, 'alone', ALONE, 240_000, false),
      // Minutes each, of what shorter suites prove part by part: asked for, not run with every change.
      ...(process.env['TIDEMARK_ACCEPTANCE'] === '1'
        ? [project(3, 'acceptance', ['test/acceptance/**/*.spec.ts'], 600_000, false)]
        : []),
    ],
  },
});
