import type { SelfWatch } from '#libs/contract/interval.js';

/** What the lanes of some kinds say of themselves beside what all do, by a name that the kind's panel knows. */
export const ownFigures = (_self: SelfWatch): [name: string, value: number][] => [];
