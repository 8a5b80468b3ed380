import type { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';

/** What a cassandra-stress line can say; other tools' runs have lines of their own. */
type Operation = Exclude<StressPlanSpec['operation'], 'scyllaBench' | 'ycsb'>;

/** The commands with the names that cassandra-stress takes for each, the first being the one that it prints. */
const NAMES: { [O in Operation]: readonly string[] } = {
  write: ['write', 'insert'],
  read: ['read'],
  mixed: ['mixed'],
  user: ['user'],
  counter_write: ['counter_write', 'counterwrite', 'counter_add', 'counteradd'],
  counter_read: ['counter_read', 'counterread', 'counter_get', 'counterget'],
};
const OPERATIONS = new Map<string, Operation>(
  Object.entries(NAMES).flatMap(([operation, names]) => names.map((name) => [name, operation as Operation] as const)),
);

export const COMMAND_NAMES: readonly string[] = [...OPERATIONS.keys()];

/** The command of a name in any case; undefined when it is none. */
export const commandOf = (name: string): Operation | undefined => OPERATIONS.get(name.toLowerCase());
