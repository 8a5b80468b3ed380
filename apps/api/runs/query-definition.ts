import type { Define } from './definition.js';

/** A query run is whole as it is posted. */
export const defineQuery: Define<'query'> = ({ kind, spec, target }) => ({
  run: { kind, spec, target },
  contactPointPath: (index) => `target.contactPoints[${index}]`,
  issues: [],
});
