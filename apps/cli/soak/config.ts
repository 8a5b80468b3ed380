import type { Environment } from '#libs/contract/settings.js';

/** The environment of this process, whose names are the resize tester's own and many. */
export const readEnvironment = (): Environment => process.env;

/** What a scaler of a soak from here may use beside its specification. */
export const readScalerMeans = () => ({
  hookDir: process.env['TIDEMARK_HOOK_DIR'],
  searchPath: process.env['PATH'] ?? '',
  cloudToken: process.env['TIDEMARK_SCYLLA_CLOUD_TOKEN'],
});
