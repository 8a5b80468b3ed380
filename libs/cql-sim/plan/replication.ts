import { configuration } from '../cql-error.js';
import type { OptionValue } from '../lang/statement.js';

const PACKAGE = 'org.apache.cassandra.locator.';

export interface Replication {
  /** Class (full name) and options, as system_schema.keyspaces shows them. */
  options: Map<string, string>;
  replicas: number;
}

function count(text: string | undefined, name: string): number {
  if (text !== undefined && /^\d+$/.test(text)) return Number(text);
  throw configuration(`Replication factor must be numeric; found ${text ?? 'none'} for ${name}`);
}

function simple(options: ReadonlyMap<string, string>): Replication {
  const factor = options.get('replication_factor');
  if (factor === undefined) throw configuration('SimpleStrategy requires a replication_factor strategy option.');
  const replicas = count(factor, 'replication_factor');
  return { options: new Map([['replication_factor', factor]]), replicas };
}

function byDataCenter(options: ReadonlyMap<string, string>, dataCenter: string, keyspace: string): Replication {
  const named = new Map([...options].filter(([name]) => name !== 'class' && name !== 'replication_factor'));
  const everywhere = options.get('replication_factor');
  if (everywhere !== undefined && !named.has(dataCenter)) named.set(dataCenter, everywhere);
  const unknown = [...named.keys()].filter((name) => name !== dataCenter);
  if (unknown.length > 0) {
    throw configuration(
      `Unrecognized strategy option {${unknown.join(', ')}} passed to NetworkTopologyStrategy for keyspace ${keyspace}`,
    );
  }
  if (named.size === 0) throw configuration('Configuration for at least one datacenter must be present');
  return { options: named, replicas: count(named.get(dataCenter), dataCenter) };
}

/** Checks a keyspace's replication option. */
export function parseReplication(option: OptionValue | undefined, dataCenter: string, keyspace: string): Replication {
  if (option === undefined || typeof option === 'string' || !option.has('class')) {
    throw configuration('Missing mandatory replication strategy class');
  }
  const strategy = (option.get('class') ?? '').replace(PACKAGE, '');
  const strategies = new Map<string, () => Replication>([
    ['SimpleStrategy', () => simple(option)],
    ['NetworkTopologyStrategy', () => byDataCenter(option, dataCenter, keyspace)],
  ]);
  const parsed = strategies.get(strategy)?.();
  if (!parsed) throw configuration(`Unable to find replication strategy class '${PACKAGE}${strategy}'`);
  return { ...parsed, options: new Map([['class', PACKAGE + strategy], ...parsed.options]) };
}
