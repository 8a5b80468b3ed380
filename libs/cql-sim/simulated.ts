/** The cluster name that every simulator answers with: whoever measures it says that the figures are simulated. */
export const SIMULATED_CLUSTER_NAME = 'Tidemark simulated cluster';
