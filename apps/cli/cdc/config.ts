import type { Environment } from '#libs/contract/settings.js';

/** The environment of this process, whose names are the original benchmark's own. */
export const readEnvironment = (): Environment => process.env;
