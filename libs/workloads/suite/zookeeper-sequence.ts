import type { z } from 'zod';
import type { Scalar, SuiteSpec } from './suite.schema.js';

type Params = Readonly<Record<string, Scalar>>;

/** What the sequence is made of when nothing else is said; as `locust_sequence.py` of the Locust harness has it. */
const SEQUENCE_PARAMS: Params = {
  repetitions: 1,
  valueSizes: '8,512,8192',
  stepMs: 10_000,
  // Half a second before the original's barrier and half a second behind it.
  pauseMs: 1_000,
  clients: 1,
  minWaitMs: 0,
  maxWaitMs: 0,
  keySizeBytes: 8,
  pseudoRoot: '/',
  errors: 'log',
  intervalMs: 1_000,
  metricsMs: 1_000,
  metricsSource: 'mntr',
};

const KIB = 1024;
/** Of all steps, so that a suite has no more than it may. */
const MOST_REPETITIONS = 10;
const MOST_PAUSE_MS = 86_400_000;

/** Task sets that are done with every size of values, and those that are done once, with the smallest. */
const SIZED = ['set', 'get', 'set_and_get', 'create_and_delete'] as const;
const UNSIZED = ['watch', 'exists', 'exists_many', 'get_children', 'get_children2'] as const;

const sizeName = (bytes: number): string => (bytes >= KIB ? `${Math.round(bytes / KIB)}_KiB` : `${bytes}_B`);

/** Bytes of values, one after another. Throws RangeError. */
function sizesOf(text: Scalar | undefined): number[] {
  const sizes = String(text).split(',').map(Number);
  if (sizes.every((bytes) => Number.isInteger(bytes) && bytes >= 0)) return sizes;
  throw new RangeError(`valueSizes: expected whole numbers of bytes such as 8,512,8192, found ${String(text)}`);
}

/** A number that is decided when the suite is made. Throws RangeError. */
function wholeOf(params: Params, name: string, from: number, to: number): number {
  const value = params[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new RangeError(`${name}: expected a whole number from ${from} to ${to}, found ${JSON.stringify(value)}`);
}

const step = (id: string, spec: Record<string, unknown>) => ({
  id,
  run: {
    kind: 'zookeeper',
    spec: {
      clients: '${params.clients}',
      waitMs: { min: '${params.minWaitMs}', max: '${params.maxWaitMs}' },
      durationMs: '${params.stepMs}',
      keySizeBytes: '${params.keySizeBytes}',
      pseudoRoot: '${params.pseudoRoot}',
      errors: '${params.errors}',
      log: { intervalMs: '${params.intervalMs}' },
      metrics: { intervalMs: '${params.metricsMs}', source: '${params.metricsSource}' },
      stats: {},
      ...spec,
    },
  },
});

/**
 * The task sets of the Locust harness one after another, as its `locust_sequence.py`: four of them with each size of values,
 * then five; a barrier over all executors and a second between them; all of it as often as `repetitions` says. Throws
 * RangeError for parameters that no sequence can be made of.
 */
export function zookeeperSequence(given: Params = {}): z.input<typeof SuiteSpec> {
  const params = { ...SEQUENCE_PARAMS, ...given };
  const sizes = sizesOf(params['valueSizes']);
  const once = [
    ...sizes.flatMap((valueSizeBytes) =>
      SIZED.map((taskSet) => step(`${taskSet}_${sizeName(valueSizeBytes)}`, { taskSet, valueSizeBytes })),
    ),
    ...UNSIZED.map((taskSet) => step(taskSet, { taskSet })),
  ];
  const rounds = Array.from({ length: wholeOf(params, 'repetitions', 1, MOST_REPETITIONS) }, (_, round) =>
    once.map((one) => (round === 0 ? one : { ...one, id: `${one.id}-${round + 1}` })),
  );
  // A step that fails says nothing of the others.
  return { params, pauseMs: wholeOf(params, 'pauseMs', 0, MOST_PAUSE_MS), onFailure: 'continue', steps: rounds.flat() };
}
