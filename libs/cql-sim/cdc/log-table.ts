import { native, type CqlType } from '../lang/cql-type.js';
import type { StorageBudget } from '../storage/budget.js';
import { columnsOf, Table } from '../storage/table.js';
import { TableData } from '../storage/table-data.js';

export const LOG_SUFFIX = '_scylla_cdc_log';
const DEFAULT_TTL_SECONDS = 86_400;

/** WITH cdc = {'enabled': true}. */
export function isLogged({ options }: Table): boolean {
  const cdc = options.get('cdc');
  return cdc instanceof Map && cdc.get('enabled') === 'true';
}

/** How long a log row stays, seconds. */
export function logTtlSeconds({ options }: Table): number {
  const cdc = options.get('cdc');
  const ttl = cdc instanceof Map ? Number(cdc.get('ttl') ?? DEFAULT_TTL_SECONDS) : DEFAULT_TTL_SECONDS;
  return Number.isFinite(ttl) && ttl > 0 ? ttl : DEFAULT_TTL_SECONDS;
}

const isOpenCollection = (type: CqlType): boolean => 'frozen' in type && !type.frozen;
const frozen = (type: CqlType): CqlType => ('frozen' in type ? { ...type, frozen: true } : type);

/** What was taken out of a collection: keys of a map, elements of a set, positions of a list. */
function elementsType(type: CqlType): CqlType {
  if (type.kind === 'map') return { kind: 'set', element: type.key, frozen: true };
  if (type.kind === 'set') return { kind: 'set', element: type.element, frozen: true };
  return { kind: 'set', element: native('timeuuid'), frozen: true };
}

/** The log of a table, empty. A list is logged as a map from the positions of its elements; here as a list. */
export function logTableOf(table: Table, budget: StorageBudget): Table {
  const own = [
    ['cdc$stream_id', native('blob')],
    ['cdc$time', native('timeuuid')],
    ['cdc$batch_seq_no', native('int')],
    ['cdc$end_of_batch', native('boolean')],
    ['cdc$operation', native('tinyint')],
    ['cdc$ttl', native('bigint')],
  ] as const;
  const logged = table.columns.flatMap(({ name, type, slot }): [string, CqlType][] => [
    [name, frozen(type)],
    ...(slot >= 0 ? [[`cdc$deleted_${name}`, native('boolean')] as [string, CqlType]] : []),
    ...(slot >= 0 && isOpenCollection(type)
      ? [[`cdc$deleted_elements_${name}`, elementsType(type)] as [string, CqlType]]
      : []),
  ]);
  const definitions = [...own, ...logged].map(([name, type]) => ({ name, type, isStatic: false }));
  const columns = columnsOf(definitions, ['cdc$stream_id'], ['cdc$time', 'cdc$batch_seq_no'], new Map());
  const shape = { keyspace: table.keyspace, name: table.name + LOG_SUFFIX, columns, options: new Map() };
  return new Table(shape, new TableData(budget));
}
