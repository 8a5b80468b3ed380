import { CodedError } from '#libs/contract/coded-error.js';
import { textOf as text, type CqlValue } from './column-type.js';
import type { Row } from './result.js';
import { Ring, type Replication } from './ring.js';
import type { SessionOptions } from './session-options.js';

/** A node as system.local and system.peers tell of it. */
export interface NodeFacts {
  address: string;
  datacenter: string;
  rack: string;
  releaseVersion: string;
  /** 32 hexadecimal digits; empty when the node does not say. */
  hostId: string;
  tokens: string[];
}

/** Before anything was asked. */
export const UNKNOWN_NODE: NodeFacts = {
  address: '',
  datacenter: '',
  rack: '',
  releaseVersion: '',
  hostId: '',
  tokens: [],
};

const texts = (value: CqlValue | undefined): string[] => (Array.isArray(value) ? value.map(text) : []);

const nodeOf = (row: Row, address: string): NodeFacts => ({
  address,
  datacenter: text(row['data_center']),
  rack: text(row['rack']),
  releaseVersion: text(row['release_version']),
  hostId: text(row['host_id']).replaceAll('-', '').toLowerCase(),
  tokens: texts(row['tokens']),
});

/** The cluster's nodes, the asked one first under the address it was reached by. Peers without tokens are still joining. */
export function nodesOf(local: Row, peers: readonly Row[], reachedBy: string): NodeFacts[] {
  const others = peers
    .map((row) =>
      nodeOf(row, text(row['rpc_address']) === '0.0.0.0' ? text(row['peer']) : text(row['rpc_address'] ?? row['peer'])),
    )
    .filter((node) => node.address !== '' && node.address !== reachedBy && node.tokens.length > 0);
  return [nodeOf(local, reachedBy), ...others];
}

/** The nodes that may be used: those of the datacenter, and of the contact points, where the options say so. CodedError. */
export function usableNodes(
  all: readonly NodeFacts[],
  {
    localDatacenter,
    onlyContactPoints,
    contactPoints,
  }: Pick<SessionOptions, 'localDatacenter' | 'onlyContactPoints' | 'contactPoints'>,
): NodeFacts[] {
  const listed = (address: string) => contactPoints.some(({ host }) => host === address);
  const nodes = all
    .filter(({ datacenter }) => localDatacenter === undefined || datacenter === localDatacenter)
    .filter(({ address }) => onlyContactPoints !== true || listed(address));
  if (nodes.length > 0) return nodes;
  const known = [...new Set(all.map((node) => node.datacenter))].join(', ');
  throw new CodedError('TARGET_REFUSED', `expected a node in datacenter ${localDatacenter}, found only ${known}`);
}

/** A keyspace's replication options (class and numbers) for the ring. */
function replicationOf(options: ReadonlyMap<CqlValue, CqlValue>, datacenters: readonly string[]): Replication {
  const entries = Object.fromEntries([...options].map(([name, value]) => [text(name), text(value)]));
  const { class: strategy = '', replication_factor: factor, ...byDatacenter } = entries;
  if (strategy.endsWith('SimpleStrategy')) return { everywhere: Number(factor ?? '1') };
  const expanded = factor === undefined ? [] : datacenters.map((name) => [name, Number(factor)] as const);
  const named = Object.entries(byDatacenter).map(([name, count]) => [name, Number(count)] as const);
  return { byDatacenter: Object.fromEntries([...expanded, ...named]) };
}

/** The ring of a keyspace with these replication options, over the nodes in their order. */
export function ringOf(nodes: readonly NodeFacts[], options: ReadonlyMap<CqlValue, CqlValue>, rack?: string): Ring {
  const datacenters = [...new Set(nodes.map((node) => node.datacenter))];
  return new Ring(
    nodes.map((node, index) => ({ ...node, index })),
    replicationOf(options, datacenters),
    rack,
  );
}
