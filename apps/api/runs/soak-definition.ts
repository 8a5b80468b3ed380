import type { Issue } from '#libs/contract/problem.js';
import { laneIssues } from '#libs/workloads/soak/soak-check.js';
import type { Define } from './definition.js';

/** A soak run is whole as it is posted; each lane needs something to do. */
export const defineSoak: Define<'soak'> = ({ kind, spec, target, placement }) => {
  const issues: Issue[] = laneIssues(spec, placement.executors);
  return issues.length > 0
    ? { run: undefined, issues }
    : {
        run: { kind, spec, target },
        contactPointPath: (index) => `target.contactPoints[${index}]`,
        issues: [],
      };
};
