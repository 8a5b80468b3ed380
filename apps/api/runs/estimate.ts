import type { WorkloadKind } from '#libs/contract/run.js';
import { expectedBytes, lineBytes } from '#libs/dataset/expected-size.js';
import type { RunDefinition, SpecByKind } from '#libs/workloads/driver.js';
import type { CdcSpec } from '#libs/workloads/cdc/cdc.schema.js';
import type { GenerateSpec } from '#libs/workloads/generate/generate.schema.js';
import type { QuerySpec } from '#libs/workloads/query/query.schema.js';
import type { Distribution } from '#libs/workloads/stress/distribution.schema.js';
import type { Population, StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { ZookeeperSpec } from '#libs/workloads/zookeeper/zookeeper.schema.js';
import type { Estimate } from './runs.schema.js';

/** Operations when the run ends by time: known for a schedule, bounded by a throttle; else unknown. */
function operationsOf({ stop, rate }: StressPlanSpec): number | null {
  if (stop.type === 'operations') return stop.count;
  if (stop.type === 'uncertainty') return null;
  const ratePerSecond = rate.model === 'open' ? rate.ratePerSecond : rate.throttlePerSecond;
  return ratePerSecond === undefined ? null : Math.floor((ratePerSecond * stop.durationMs) / 1000);
}

function durationMsOf({ stop, rate }: StressPlanSpec): number | null {
  if (stop.type === 'duration') return stop.durationMs;
  if (stop.type === 'uncertainty') return null;
  return rate.model === 'open' ? Math.ceil((stop.count / rate.ratePerSecond) * 1000) : null;
}

const mean = (distribution: Distribution): number =>
  distribution.type === 'fixed' ? distribution.value : (distribution.min + distribution.max) / 2;

const widthOf = (distribution: Distribution): number =>
  distribution.type === 'fixed' ? 1 : Math.max(1, Math.floor(distribution.max) - Math.ceil(distribution.min) + 1);

const seedsOf = (population: Population): number =>
  population.type === 'sequence' ? population.to - population.from + 1 : widthOf(population.distribution);

function estimateStress(spec: StressPlanSpec): Estimate {
  const operations = operationsOf(spec);
  const seeds = spec.population === undefined ? null : seedsOf(spec.population);
  const rows = seeds === null ? operations : operations === null ? seeds : Math.min(seeds, operations);
  const bytesPerRow = Math.round(spec.keySizeBytes + spec.columns.count * mean(spec.columns.size));
  return {
    operations,
    durationMs: durationMsOf(spec),
    rows,
    bytesPerRow,
    bytes: rows === null ? null : rows * bytesPerRow,
  };
}

function estimateGenerate(spec: GenerateSpec): Estimate {
  const rows = spec.files * spec.rowsPerFile;
  return {
    operations: rows,
    durationMs: null,
    rows,
    bytesPerRow: Math.round(lineBytes(spec)),
    bytes: Math.round(expectedBytes(spec)),
  };
}

const UNKNOWN: Estimate = { operations: null, durationMs: null, rows: null, bytesPerRow: null, bytes: null };

/** What the files hold only the executors see. */
const estimateQuery = ({ durationMs }: QuerySpec): Estimate => ({
  operations: null,
  durationMs: durationMs ?? null,
  rows: null,
  bytesPerRow: null,
  bytes: null,
});

function estimateZookeeper({ rate, durationMs, operations }: ZookeeperSpec): Estimate {
  const due =
    rate.model === 'open' && durationMs !== undefined ? Math.floor((rate.ratePerSecond * durationMs) / 1000) : null;
  return {
    operations: operations ?? due,
    durationMs: durationMs ?? null,
    rows: null,
    bytesPerRow: null,
    bytes: null,
  };
}

function estimateCdc({ ratePerSecond, rampMs, durationMs, weights }: CdcSpec): Estimate {
  const operations = Math.floor((ratePerSecond * (durationMs - rampMs / 2)) / 1000);
  const all = weights.insert + weights.update + weights.delete;
  const rows = Math.round((operations * weights.insert) / all);
  return { operations, durationMs, rows, bytesPerRow: null, bytes: null };
}

/** How much a run of each kind will do; pure. */
const estimates: { [K in WorkloadKind]: (spec: SpecByKind[K]) => Estimate } = {
  stress: estimateStress,
  generate: estimateGenerate,
  // What the files hold is known when they are read.
  load: () => UNKNOWN,
  query: estimateQuery,
  zookeeper: estimateZookeeper,
  soak: ({ durationMs }) => ({ ...UNKNOWN, durationMs: durationMs ?? null }),
  cdc: estimateCdc,
  // Each step says of itself how much it does.
  suite: () => UNKNOWN,
  search: () => UNKNOWN,
};

/** How much one run will do; pure. */
export const estimateRun = <K extends WorkloadKind>(run: RunDefinition<K>): Estimate => estimates[run.kind](run.spec);
