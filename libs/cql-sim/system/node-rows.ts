import { int32Bytes, inetBytes, textBytes, uuidBytes, type Bytes } from '../storage/bytes.js';
import { SIMULATED_CLUSTER_NAME } from '../simulated.js';
import type { Personality } from './system-ddl.js';
import { textSet, type VirtualRow } from './virtual-rows.js';

/** What the other nodes and the clients know of a node. */
export interface NodeIdentity {
  readonly index: number;
  readonly address: string;
  readonly port: number;
  readonly hostId: string;
  readonly tokens: readonly bigint[];
  readonly dataCenter: string;
  readonly rack: string;
}

/** The release that drivers choose their schema queries by; ScyllaDB says 3.0.8 for the same reason. */
const RELEASE: Record<Personality, string> = { cassandra: '4.1.8', scylla: '3.0.8' };
const CQL_VERSION: Record<Personality, string> = { cassandra: '3.4.6', scylla: '3.3.1' };
const PARTITIONER = 'org.apache.cassandra.dht.Murmur3Partitioner';
const STORAGE_PORT = 7000;

const inet = (address: string): Bytes => inetBytes(address) ?? '';

function shared(node: NodeIdentity, personality: Personality, schemaVersion: string): VirtualRow {
  return {
    data_center: textBytes(node.dataCenter),
    host_id: uuidBytes(node.hostId),
    rack: textBytes(node.rack),
    release_version: textBytes(RELEASE[personality]),
    rpc_address: inet(node.address),
    schema_version: uuidBytes(schemaVersion),
    tokens: textSet(node.tokens.map(String)),
  };
}

export function localRow(node: NodeIdentity, personality: Personality, schemaVersion: string): VirtualRow {
  return {
    ...shared(node, personality, schemaVersion),
    key: textBytes('local'),
    bootstrapped: textBytes('COMPLETED'),
    broadcast_address: inet(node.address),
    broadcast_port: int32Bytes(STORAGE_PORT),
    cluster_name: textBytes(SIMULATED_CLUSTER_NAME),
    cql_version: textBytes(CQL_VERSION[personality]),
    gossip_generation: int32Bytes(1),
    listen_address: inet(node.address),
    listen_port: int32Bytes(STORAGE_PORT),
    native_protocol_version: textBytes('4'),
    partitioner: textBytes(PARTITIONER),
    rpc_port: int32Bytes(node.port),
    supported_features: textBytes(''),
  };
}

/** A row of system.peers and of system.peers_v2, which name the same things differently. */
export function peerRow(node: NodeIdentity, personality: Personality, schemaVersion: string): VirtualRow {
  return {
    ...shared(node, personality, schemaVersion),
    peer: inet(node.address),
    peer_port: int32Bytes(STORAGE_PORT),
    native_address: inet(node.address),
    native_port: int32Bytes(node.port),
  };
}
