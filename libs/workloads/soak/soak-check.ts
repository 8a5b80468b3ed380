import type { Issue } from '#libs/contract/problem.js';
import { boundIssues } from '#libs/scaler/scaler.schema.js';
import type { SoakSpec } from './soak.schema.js';

/** Copies of each row in one datacenter, the most of them where they differ; of a keyspace that the run makes. */
const copiesOf = ({ replication }: Pick<SoakSpec, 'replication'>): number =>
  'factor' in replication ? replication.factor : Math.max(...Object.values(replication.datacenters));

/**
 * What does not go together: every lane of every executor needs a writer, a batch and a key of its own, and a scaler
 * sizes that the copies fit.
 */
export function laneIssues(spec: SoakSpec, executors: number): Issue[] {
  const lanes = spec.lanes * executors;
  const shared: [path: string, value: number][] = [
    ['spec.writers', spec.writers],
    ['spec.batchesInFlight', spec.batchesInFlight],
    ['spec.pool.keys', spec.pool.keys],
  ];
  return [
    ...shared.flatMap(([path, value]) =>
      value >= lanes
        ? []
        : [
            {
              path,
              message: `expected at least one for each of the ${lanes} lanes (lanes x executors), found ${value}`,
            },
          ],
    ),
    ...boundIssues(spec.scaler, copiesOf(spec)),
  ];
}
