/** Shards of a node, as one connection learns of them. */
export interface Sharding {
  /** The one that this connection belongs to. */
  readonly shard: number;
  readonly shards: number;
  readonly ignoredMsb: number;
  /** Where the client's source port picks the shard; undefined when the node does not serve it. */
  readonly shardAwarePort: number | undefined;
}

/** What a server offers beside the protocol (docs/dev/protocol-extensions.md of ScyllaDB). */
export interface Extensions {
  readonly sharding: Sharding | undefined;
  /** Bits of the metadata flags that mark a lightweight transaction; 0 where nobody marks them. */
  readonly lwtMask: number;
  /** Code of the rate limit error; NaN where there is none. */
  readonly rateLimitCode: number;
  /** Answers to misrouted requests say where the tablet is. */
  readonly tablets: boolean;
  /** What STARTUP has to say so that the server does all this. */
  readonly startup: Readonly<Record<string, string>>;
}

export const NO_EXTENSIONS: Extensions = {
  sharding: undefined,
  lwtMask: 0,
  rateLimitCode: Number.NaN,
  tablets: false,
  startup: {},
};

const LWT = 'SCYLLA_LWT_ADD_METADATA_MARK';
const RATE_LIMIT = 'SCYLLA_RATE_LIMIT_ERROR';
const TABLETS = 'TABLETS_ROUTING_V1';
/** The only algorithm there is; of another we would not know where keys are. */
const ALGORITHM = 'biased-token-round-robin';
const PARTITIONER = 'org.apache.cassandra.dht.Murmur3Partitioner';

type Supported = Readonly<Record<string, readonly string[]>>;

/** A whole number up to `most`, or undefined. */
function numberOf(text: string | undefined, most: number): number | undefined {
  const value = Number(text);
  return text !== undefined && /^\d+$/.test(text) && value <= most ? value : undefined;
}

/** The number after `name=` in an option's value. */
const parameter = (text: string | undefined, name: string): number | undefined =>
  numberOf(new RegExp(`^${name}=(\\d+)$`).exec(text ?? '')?.[1], 0xffff_ffff);

const MOST_SHARDS = 4096;
const MOST_BITS = 63;
const MOST_PORTS = 65_535;

function shardingOf(supported: Supported, isTls: boolean): Sharding | undefined {
  const first = (name: string) => supported[name]?.[0];
  const shards = numberOf(first('SCYLLA_NR_SHARDS'), MOST_SHARDS);
  const shard = numberOf(first('SCYLLA_SHARD'), MOST_SHARDS);
  const ignoredMsb = numberOf(first('SCYLLA_SHARDING_IGNORE_MSB'), MOST_BITS);
  if (shards === undefined || shard === undefined || ignoredMsb === undefined || shard >= shards) return undefined;
  if (first('SCYLLA_SHARDING_ALGORITHM') !== ALGORITHM || first('SCYLLA_PARTITIONER') !== PARTITIONER) return undefined;
  const port = first(isTls ? 'SCYLLA_SHARD_AWARE_PORT_SSL' : 'SCYLLA_SHARD_AWARE_PORT');
  return { shard, shards, ignoredMsb, shardAwarePort: numberOf(port, MOST_PORTS) };
}

/** Reads SUPPORTED. What is missing or makes no sense is not offered. */
export function readExtensions(supported: Supported, isTls: boolean): Extensions {
  const lwt = supported[LWT]?.[0];
  const rateLimit = supported[RATE_LIMIT]?.[0];
  const lwtMask = parameter(lwt, 'LWT_OPTIMIZATION_META_BIT_MASK');
  const rateLimitCode = parameter(rateLimit, 'ERROR_CODE');
  const tablets = TABLETS in supported;
  return {
    sharding: shardingOf(supported, isTls),
    lwtMask: lwtMask ?? 0,
    rateLimitCode: rateLimitCode ?? Number.NaN,
    tablets,
    startup: {
      ...(lwtMask !== undefined && { [LWT]: lwt ?? '' }),
      ...(rateLimitCode !== undefined && { [RATE_LIMIT]: rateLimit ?? '' }),
      ...(tablets && { [TABLETS]: '' }),
    },
  };
}
