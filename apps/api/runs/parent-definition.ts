import { expandSuite } from '#libs/workloads/suite/expand.js';
import type { Define } from './definition.js';

const contactPointPath = (index: number): string => `target.contactPoints[${index}]`;

/** A suite is whole as it is posted; its steps are looked at by the planner. */
export const defineSuite: Define<'suite'> = ({ kind, spec, target }) => {
  const issues = [...expandSuite(spec).issues];
  return issues.length > 0
    ? { run: undefined, issues }
    : { run: { kind, spec, target: target ?? null }, contactPointPath, issues: [] };
};

/** A search is whole as it is posted; so are the thresholds, without which there is no limit to look for. */
export const defineSearch: Define<'search'> = ({ kind, spec, target, thresholds }) =>
  spec.plan.type === 'limit' && thresholds.length === 0
    ? {
        run: undefined,
        issues: [{ path: 'thresholds', message: 'expected at least one that a rate has to meet, found none' }],
      }
    : { run: { kind, spec, target }, contactPointPath, issues: [] };
