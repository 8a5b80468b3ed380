import type { Define } from './definition.js';

/** A generate run is whole as it is posted; it has no target, so nothing of it is a contact point. */
export const defineGenerate: Define<'generate'> = ({ kind, spec }) => ({
  run: { kind, spec, target: null },
  contactPointPath: () => 'spec.dataset',
  issues: [],
});
