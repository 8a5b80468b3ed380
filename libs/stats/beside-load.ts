/** Operations that nobody starts: what is seen beside the load. They are in no total, and no promise is about them. */
const BESIDE: ReadonlySet<string> = new Set(['replication']);

/** True for an operation that belongs into no total. */
export const isBesideLoad = (operation: string): boolean => BESIDE.has(operation);
