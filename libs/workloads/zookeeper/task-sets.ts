/** What a client can do; names as the reports have them. */
export const ZK_OPERATIONS = [
  'connect',
  'get',
  'set',
  'incr_set',
  'create_ephemeral',
  'delete',
  'count_children',
  'exists',
  'exists_negative',
  'exists_watch',
  'exists_negative_watch',
  'exists_negative_watch_many',
  'get_children',
  'get_children2',
  'watch',
  'multi',
  'elect',
] as const;
export type ZkOperationName = (typeof ZK_OPERATIONS)[number];

/** From the change of a watched znode to its new data at the watching client; recorded beside the operations. */
export const NOTIFICATION = 'notification';

export type Weights = { readonly [O in ZkOperationName]?: number | undefined };

/** The task sets of the Locust harness, and those added to them. */
const SETS = {
  connect: { connect: 1 },
  set: { set: 1 },
  get: { get: 1 },
  set_and_get: { set: 1, get: 10 },
  connect_set: { connect: 1, set: 1 },
  create_and_delete: { create_ephemeral: 75, delete: 125, count_children: 1 },
  watch: { watch: 1 },
  exists: { exists: 1, exists_negative: 1, exists_watch: 1, exists_negative_watch: 1 },
  exists_many: { exists_negative_watch_many: 1 },
  get_children: { get_children: 1 },
  get_children2: { get_children2: 1 },
  count_children: { count_children: 1 },
  incr_set: { incr_set: 1 },
  multi: { multi: 1 },
  leader_election: { elect: 1 },
} as const satisfies Record<string, Weights>;
export type TaskSet = keyof typeof SETS;

const isTaskSet = (name: string): name is TaskSet => name in SETS;
export const TASK_SETS = Object.keys(SETS).filter(isTaskSet);

/** What a run's operations are chosen by. */
export interface Mix {
  taskSet?: TaskSet | undefined;
  weights?: Weights | undefined;
}

/** The operations of a mix that are ever done, with their weights, in the order in which they are numbered. */
export function mixOf({ taskSet, weights }: Mix): { name: ZkOperationName; weight: number }[] {
  const given: Weights = weights ?? (taskSet === undefined ? {} : SETS[taskSet]);
  return ZK_OPERATIONS.map((name) => ({ name, weight: given[name] ?? 0 })).filter(({ weight }) => weight > 0);
}

/** What intervals are told of, by number. */
export function recordedNames(mix: Mix): string[] {
  const names: string[] = mixOf(mix).map(({ name }) => name);
  return names.includes('watch') ? [...names, NOTIFICATION] : names;
}
