import { ERROR_CODE, OPCODE } from '#libs/cql/protocol.js';
import { CqlError, protocolError } from '../cql-error.js';
import { IGNORED_MSB } from '../placement/shard-of.js';
import { FRAME_COMPRESSIONS } from '../wire/frame-compression.js';
import type { RequestReader } from '../wire/request-reader.js';
import type { Outbox } from '../wire/outbox.js';
import { DEFAULT_SHARDS } from './locality.js';
import { LWT_MARK } from './prepared.js';
import { rateLimitCode, type Session } from './session.js';

const CQL_VERSION = '3.4.6';
const AUTHENTICATOR = 'org.apache.cassandra.auth.PasswordAuthenticator';
const EVENT_TYPES = new Set(['TOPOLOGY_CHANGE', 'STATUS_CHANGE', 'SCHEMA_CHANGE']);

/** Scylla's keys in SUPPORTED (docs/dev/protocol-extensions.md of ScyllaDB). */
function scyllaKeys(session: Session): [string, string[]][] {
  const { cluster, member, shard } = session;
  const { shards = DEFAULT_SHARDS, tls } = cluster.options;
  const keys: [string, string][] = [
    ['SCYLLA_SHARD', String(shard)],
    ['SCYLLA_NR_SHARDS', String(shards)],
    ['SCYLLA_PARTITIONER', 'org.apache.cassandra.dht.Murmur3Partitioner'],
    ['SCYLLA_SHARDING_ALGORITHM', 'biased-token-round-robin'],
    ['SCYLLA_SHARDING_IGNORE_MSB', String(IGNORED_MSB)],
    ['SCYLLA_HOST_ID', member.hostId],
    ['SCYLLA_LWT_ADD_METADATA_MARK', `LWT_OPTIMIZATION_META_BIT_MASK=${LWT_MARK}`],
    ['SCYLLA_RATE_LIMIT_ERROR', `ERROR_CODE=${rateLimitCode(session)}`],
    ['TABLETS_ROUTING_V1', ''],
  ];
  if (member.shardAwarePort !== null)
    keys.push([tls ? 'SCYLLA_SHARD_AWARE_PORT_SSL' : 'SCYLLA_SHARD_AWARE_PORT', String(member.shardAwarePort)]);
  return keys.map(([name, value]) => [name, [value]]);
}

export function supported(out: Outbox, session: Session): void {
  const entries: [string, string[]][] = [
    ['CQL_VERSION', [CQL_VERSION]],
    ['COMPRESSION', [...FRAME_COMPRESSIONS.keys()]],
    ['PROTOCOL_VERSIONS', ['4/v4']],
    ...(session.cluster.personality === 'scylla' ? scyllaKeys(session) : []),
  ];
  out.uint16(entries.length);
  for (const [name, values] of entries) {
    out.string(name);
    out.uint16(values.length);
    for (const value of values) out.string(value);
  }
}

/** STARTUP: gives the opcode to answer with, and writes the body. */
export function startup(reader: RequestReader, out: Outbox, session: Session): number {
  const options = reader.stringMap();
  if (!options.has('CQL_VERSION')) throw protocolError('Missing value CQL_VERSION in STARTUP message');
  const compression = options.get('COMPRESSION');
  const known = FRAME_COMPRESSIONS.get(compression?.toLowerCase() ?? '');
  if (compression && !known) throw protocolError(`Unknown compression algorithm: ${compression}`);
  session.compression = known;
  session.startup = options;
  if (!session.cluster.options.auth) {
    session.stage = 'ready';
    return OPCODE.READY;
  }
  session.stage = 'authenticating';
  out.string(AUTHENTICATOR);
  return OPCODE.AUTHENTICATE;
}

/** SASL PLAIN: authorization id, user and password, each after a zero byte. */
export function authResponse(reader: RequestReader, out: Outbox, session: Session): number {
  const [, user, password] = Buffer.from(reader.bytes() ?? '', 'latin1')
    .toString('utf8')
    .split('\0');
  const wanted = session.cluster.options.auth;
  if (wanted && (user !== wanted.user || password !== wanted.password)) {
    throw new CqlError(ERROR_CODE.BAD_CREDENTIALS, 'Provided username and/or password are incorrect');
  }
  session.stage = 'ready';
  out.int32(-1);
  return OPCODE.AUTH_SUCCESS;
}

export function register(reader: RequestReader, session: Session): void {
  for (const type of reader.stringList()) {
    if (!EVENT_TYPES.has(type)) throw protocolError(`Invalid value '${type}' for Event.Type`);
    session.events.add(type);
  }
}
