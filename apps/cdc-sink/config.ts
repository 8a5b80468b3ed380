/** URL of PostgreSQL: a password in the environment is not in the list of processes. */
export const databaseFromEnvironment = (): string | undefined => process.env['TIDEMARK_CDC_SINK_POSTGRES'] || undefined;
