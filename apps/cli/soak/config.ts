import type { Environment } from '#libs/contract/settings.js';

/** The environment of this process, whose names are the resize tester's own and many. */
export const readEnvironment = (): Environment => process.env;
