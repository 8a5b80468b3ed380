/** Numbers of ZooKeeper's client protocol (zookeeper.jute, ZooDefs.java, KeeperException.java, Watcher.java of 3.9). */
export const OPCODE = {
  CREATE: 1,
  DELETE: 2,
  EXISTS: 3,
  GET_DATA: 4,
  SET_DATA: 5,
  GET_CHILDREN: 8,
  SYNC: 9,
  PING: 11,
  GET_CHILDREN2: 12,
  CHECK: 13,
  MULTI: 14,
  CREATE2: 15,
  CREATE_CONTAINER: 19,
  CREATE_TTL: 21,
  AUTH: 100,
  SET_WATCHES: 101,
  SASL: 102,
  CLOSE_SESSION: -11,
} as const;

/** Request ids that stand for no request of a queue. */
export const XID = { NOTIFICATION: -1, PING: -2, AUTH: -4, SET_WATCHES: -8 } as const;

/** Codes of an answer's header that a client handles by name; any other number is handed on as it is. */
export const CODE = {
  OK: 0,
  ROLLED_BACK: -2,
  CONNECTION_LOSS: -4,
  MARSHALLING_ERROR: -5,
  OPERATION_TIMEOUT: -7,
  NO_NODE: -101,
  NO_AUTH: -102,
  BAD_VERSION: -103,
  NODE_EXISTS: -110,
  NOT_EMPTY: -111,
  SESSION_EXPIRED: -112,
  AUTH_FAILED: -115,
  SESSION_MOVED: -118,
  SESSION_CLOSED_REQUIRE_SASL: -124,
  THROTTLED_OP: -127,
} as const;

/** Names of every code that ZooKeeper 3.9 knows. */
const CODE_NAMES: Readonly<Record<number, string>> = {
  0: 'OK',
  [-1]: 'SYSTEM_ERROR',
  [-2]: 'RUNTIME_INCONSISTENCY',
  [-3]: 'DATA_INCONSISTENCY',
  [-4]: 'CONNECTION_LOSS',
  [-5]: 'MARSHALLING_ERROR',
  [-6]: 'UNIMPLEMENTED',
  [-7]: 'OPERATION_TIMEOUT',
  [-8]: 'BAD_ARGUMENTS',
  [-12]: 'UNKNOWN_SESSION',
  [-13]: 'NEW_CONFIG_NO_QUORUM',
  [-14]: 'RECONFIG_IN_PROGRESS',
  [-100]: 'API_ERROR',
  [-101]: 'NO_NODE',
  [-102]: 'NO_AUTH',
  [-103]: 'BAD_VERSION',
  [-108]: 'NO_CHILDREN_FOR_EPHEMERALS',
  [-110]: 'NODE_EXISTS',
  [-111]: 'NOT_EMPTY',
  [-112]: 'SESSION_EXPIRED',
  [-113]: 'INVALID_CALLBACK',
  [-114]: 'INVALID_ACL',
  [-115]: 'AUTH_FAILED',
  [-118]: 'SESSION_MOVED',
  [-119]: 'NOT_READ_ONLY',
  [-120]: 'EPHEMERAL_ON_LOCAL_SESSION',
  [-121]: 'NO_WATCHER',
  [-122]: 'REQUEST_TIMEOUT',
  [-123]: 'RECONFIG_DISABLED',
  [-124]: 'SESSION_CLOSED_REQUIRE_SASL_AUTH',
  [-125]: 'QUOTA_EXCEEDED',
  [-127]: 'THROTTLED_OP',
};

/** What a code is called; one that a newer server has made up keeps its number: CODE_-999. */
export const codeName = (code: number): string => CODE_NAMES[code] ?? `CODE_${code}`;

/** Permissions of an access rule, to be added up. */
export const PERMISSION = { READ: 1, WRITE: 2, CREATE: 4, DELETE: 8, ADMIN: 16, ALL: 31 } as const;

/** What kind of znode is created: the flags of a request. TTLs want `extendedTypesEnabled` on the server. */
export const CREATE_MODE = {
  persistent: 0,
  ephemeral: 1,
  persistentSequential: 2,
  ephemeralSequential: 3,
  container: 4,
  persistentTtl: 5,
  persistentSequentialTtl: 6,
} as const;
export type CreateMode = keyof typeof CREATE_MODE;

/** What a watch tells. `session` concerns no znode: the session has expired and the watch with it. */
export const EVENT_TYPES = {
  [-1]: 'session',
  1: 'created',
  2: 'deleted',
  3: 'dataChanged',
  4: 'childrenChanged',
} as const;
export type EventType = (typeof EVENT_TYPES)[keyof typeof EVENT_TYPES];

/** Bytes of the length before every packet. */
export const LENGTH_BYTES = 4;
/** Bytes of xid and opcode before a request's body, after its length. */
export const REQUEST_HEADER_BYTES = 8;
/** Bytes of xid, zxid and code before an answer's body, after its length. */
export const REPLY_HEADER_BYTES = 16;
