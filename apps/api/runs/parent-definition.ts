import type { Issue } from '#libs/contract/problem.js';
import type { CreateRun } from '#libs/contract/run.js';
import type { Ensemble } from '#libs/workloads/parent/ensemble.schema.js';
import { expandSuite } from '#libs/workloads/suite/expand.js';
import { storedEnsemble } from '#libs/workloads/zookeeper/zookeeper-run.js';
import type { Define } from './definition.js';

const contactPointPath = (index: number): string => `target.contactPoints[${index}]`;

type Posted = Extract<CreateRun, { kind: 'search' }>['target'];

/** A target as it is stored, and what the specification says of it. */
function storedTarget(posted: Posted, ensemble: Ensemble | undefined) {
  const issues: Issue[] = [];
  if (posted === undefined) return { target: null, ensemble, issues };
  if (!('connectString' in posted)) return { target: posted, ensemble, issues };
  const { target, chroot } = storedEnsemble(posted);
  if (ensemble?.chroot !== undefined && chroot !== '')
    issues.push({
      path: 'spec.ensemble.chroot',
      message: `expected none beside that of the connect string, ${chroot}`,
    });
  return { target, ensemble: { ...ensemble, ...(chroot !== '' && { chroot }) }, issues };
}

/** A suite is whole as it is posted; its steps are looked at by the planner. */
export const defineSuite: Define<'suite'> = ({ kind, spec, target: posted }) => {
  const { target, ensemble, issues } = storedTarget(posted, spec.ensemble);
  issues.push(...expandSuite(spec).issues);
  return issues.length > 0
    ? { run: undefined, issues }
    : { run: { kind, spec: { ...spec, ensemble }, target }, contactPointPath, issues: [] };
};

/** A search is whole as it is posted; so are the thresholds, without which there is no limit to look for. */
export const defineSearch: Define<'search'> = ({ kind, spec, target: posted, thresholds }) => {
  const { target, ensemble, issues } = storedTarget(posted, spec.ensemble);
  if (spec.plan.type === 'limit' && thresholds.length === 0)
    issues.push({ path: 'thresholds', message: 'expected at least one that a rate has to meet, found none' });
  return issues.length > 0
    ? { run: undefined, issues }
    : { run: { kind, spec: { ...spec, ensemble }, target }, contactPointPath, issues: [] };
};
