import type { Issue } from '#libs/contract/problem.js';
import { boundIssues } from '#libs/scaler/scaler.schema.js';
import type { SoakSpec } from '#libs/workloads/soak/soak.schema.js';
import { laneIssues } from '#libs/workloads/soak/soak-check.js';
import type { Define } from './definition.js';

/** What the scaler's bounds do not go with: the copies that the specification asks for, in any data center. */
function copiesIssues({ replication, scaler }: SoakSpec): Issue[] {
  const factors = 'factor' in replication ? [replication.factor] : Object.values(replication.datacenters);
  const [issues = []] = factors
    .map((factor) => (factor > 0 ? boundIssues(scaler, factor) : []))
    .filter(({ length }) => length > 0);
  return issues;
}

/** A soak run is whole as it is posted; each lane needs something to do. */
export const defineSoak: Define<'soak'> = ({ kind, spec, target, placement }) => {
  const issues: Issue[] = [...laneIssues(spec, placement.executors), ...copiesIssues(spec)];
  return issues.length > 0
    ? { run: undefined, issues }
    : {
        run: { kind, spec, target },
        contactPointPath: (index) => `target.contactPoints[${index}]`,
        issues: [],
      };
};
