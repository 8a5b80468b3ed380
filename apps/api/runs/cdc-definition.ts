import type { Issue } from '#libs/contract/problem.js';
import type { Define } from './definition.js';

/** An external pipeline needs both of its ends, ScyllaDB's log only the source; an embedded one brings its source along. */
export const defineCdc: Define<'cdc'> = ({ kind, spec, target }) => {
  const { type } = spec.pipeline;
  const isExternal = type !== 'embedded';
  const issues: Issue[] = [];
  const found = target.contactPoints.length;
  if (isExternal && found === 0)
    issues.push({ path: 'target.contactPoints', message: 'expected at least one, found none' });
  if (!isExternal && found > 0)
    issues.push({
      path: 'target.contactPoints',
      message: `expected none, for an embedded pipeline brings its source along, found ${found}`,
    });
  if (type === 'external' && target.sink === undefined)
    issues.push({
      path: 'target.sink',
      message: 'expected the PostgreSQL database that changes arrive in, found nothing',
    });
  if (issues.length > 0) return { run: undefined, issues };
  return {
    run: { kind, spec, target },
    contactPointPath: (index) => `target.contactPoints[${index}]`,
    issues: [],
  };
};
