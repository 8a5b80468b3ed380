import type { Define } from './definition.js';

/** A load run is whole as it is posted. */
export const defineLoad: Define<'load'> = ({ kind, spec, target }) => ({
  run: { kind, spec, target },
  contactPointPath: (index) => `target.contactPoints[${index}]`,
  issues: [],
});
