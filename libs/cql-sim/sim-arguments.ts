import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { FaultScript } from './faults/fault-script.js';
import { DEFAULT_MAX_BYTES, type SimulatorOptions } from './simulator-options.js';

export interface SimArguments {
  options: SimulatorOptions;
  /** Say that it serves as one line of JSON. */
  json: boolean;
  /** Where it is told of another number of nodes by HTTP; undefined: nowhere. */
  controlPort: number | undefined;
}

const between =
  (low: number, high: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}, found '${text}'.`);
  };

const MAX_NODES = 64;
const MAX_PORT = 65_535;

const UNITS: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

function byteCount(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([kmg]?)i?b?$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (digits === undefined || factor === undefined) {
    throw new InvalidArgumentError(`Expected a number of bytes such as 500000 or 512m, found '${text}'.`);
  }
  return Number(digits) * factor;
}

const shardAwarePort = (text: string): number | null => (text === 'none' ? null : between(0, MAX_PORT)(text));

function credentials(text: string): { user: string; password: string } {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError(`Expected user:password.`);
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

async function readScript(path: string): Promise<FaultScript> {
  const text = await readFile(path, 'utf8');
  const parsed = FaultScript.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new TypeError(`${path} is no fault script:\n${problems.join('\n')}`);
}

interface Flags {
  nodes: number;
  port: number;
  address: string;
  personality: 'cassandra' | 'scylla';
  null: boolean;
  maxBytes: number;
  script?: string;
  auth?: { user: string; password: string };
  tlsKey?: string;
  tlsCert?: string;
  shards: number;
  shardAwarePort: number | null;
  tablets?: string[];
  json: boolean;
  controlPort?: number;
}

function command(): Command {
  return new Command('sim')
    .description('A simulated CQL cluster: real storage in memory, native protocol v4, faults by script')
    .option('--nodes <n>', 'nodes, each on the next address of the same port', between(1, MAX_NODES), 1)
    .option('--port <n>', 'port of every node; 0 picks a free one', between(0, MAX_PORT), 9042)
    .option('--address <ip>', 'address of the first node', '127.0.0.1')
    .addOption(
      new Option('--personality <name>', 'whom to look like').choices(['cassandra', 'scylla']).default('cassandra'),
    )
    .option('--null', 'answer every EXECUTE by a ready-made result and store nothing', false)
    .option('--max-bytes <n>', 'bound of what is stored (k, m, g allowed)', byteCount, DEFAULT_MAX_BYTES)
    .option('--script <file>', 'fault script (JSON)')
    .option('--auth <user:password>', 'make clients log in', credentials)
    .option('--tls-key <file>', 'private key (PEM); with --tls-cert, clients must use TLS')
    .option('--tls-cert <file>', 'certificate (PEM)')
    .option('--shards <n>', 'shards of a scylla node', between(1, 256), 2)
    .option(
      '--shard-aware-port <n>',
      "scylla's shard-aware port; 0 picks a free one, 'none' is none",
      shardAwarePort,
      0,
    )
    .option('--tablets <keyspace.table...>', "scylla's tables that consist of tablets")
    .option(
      '--control-port <n>',
      'port on 127.0.0.1 that lets nodes join and leave: POST /nodes {"nodes": 4}; 0 picks a free one',
      between(0, MAX_PORT),
    )
    .option('--json', 'say that it serves as one line of JSON', false)
    .exitOverride();
}

/** Parses the command line. Throws CommanderError (help was shown, or a flag is wrong) or an error about a file. */
export async function parseSimArguments(args: readonly string[]): Promise<SimArguments> {
  const flags = command()
    .parse([...args], { from: 'user' })
    .opts<Flags>();
  if ((flags.tlsKey === undefined) !== (flags.tlsCert === undefined)) {
    throw new TypeError('--tls-key and --tls-cert go together: one of them is missing');
  }
  const tls =
    flags.tlsKey !== undefined && flags.tlsCert !== undefined
      ? { key: await readFile(flags.tlsKey, 'utf8'), cert: await readFile(flags.tlsCert, 'utf8') }
      : undefined;
  const script = flags.script === undefined ? undefined : await readScript(flags.script);
  return {
    json: flags.json,
    controlPort: flags.controlPort,
    options: {
      nodes: flags.nodes,
      port: flags.port,
      address: flags.address,
      personality: flags.personality,
      mode: flags.null ? 'null' : 'storage',
      maxBytes: flags.maxBytes,
      shards: flags.shards,
      shardAwarePort: flags.shardAwarePort,
      ...(flags.tablets && { tablets: flags.tablets }),
      ...(flags.auth && { auth: flags.auth }),
      ...(tls && { tls }),
      ...(script && { script }),
    },
  };
}
