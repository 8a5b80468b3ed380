import type { Issue } from '#libs/contract/problem.js';
import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { YcsbSpec } from '#libs/workloads/stress/ycsb.schema.js';
import { coreWorkload, rowsOf } from './ycsb.js';

type Plan = Pick<StressPlanSpec, 'stop' | 'truncate' | 'errors'>;

function* problemsOfEnd(spec: YcsbSpec, { stop }: Plan): Generator<Issue> {
  if (stop.type === 'uncertainty')
    yield { path: 'stop', message: 'expected an end by operations or a duration, found uncertainty' };
  if (spec.operationCount !== undefined && (spec.phase === 'load' || stop.type !== 'duration'))
    yield { path: 'ycsb.operationCount', message: 'expected none: it counts beside the duration of a run only' };
  if (spec.phase === 'load' && stop.type === 'operations' && stop.count !== rowsOf(spec))
    yield { path: 'stop.count', message: `expected ${rowsOf(spec)}, the rows of the load, found ${stop.count}` };
}

/** Where the parts of a YCSB run contradict each other; paths are those of the run's structured form. */
export function* ycsbProblems(spec: YcsbSpec, plan: Plan): Generator<Issue> {
  const { recordCount, insertStart, insertCount } = spec;
  if (insertStart >= recordCount)
    yield { path: 'ycsb.insertStart', message: `expected less than recordCount, ${recordCount}, found ${insertStart}` };
  else if (insertStart + (insertCount ?? 0) > recordCount) {
    yield {
      path: 'ycsb.insertCount',
      message: `expected at most ${recordCount - insertStart}, up to recordCount, found ${insertCount}`,
    };
  } else yield* problemsOfEnd(spec, plan);
  if (spec.dataIntegrity && spec.fieldLengths !== 'constant')
    yield { path: 'ycsb.fieldLengths', message: 'expected constant beside dataIntegrity: lengths are compared too' };
  if (spec.fieldLengths === 'uniform' && spec.minFieldLengthBytes > spec.fieldLengthBytes)
    yield { path: 'ycsb.minFieldLengthBytes', message: `expected at most ${spec.fieldLengthBytes}` };
  if (spec.phase === 'run' && coreWorkload(spec).requestDistribution === 'latest' && insertStart > 0)
    yield { path: 'ycsb.insertStart', message: 'expected 0 beside requestDistribution latest' };
  if (spec.phase === 'run' && plan.truncate !== 'never')
    yield { path: 'truncate', message: 'expected never in phase run, which takes the rows of a load' };
}
