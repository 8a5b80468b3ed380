import { Command, InvalidArgumentError, Option } from 'commander';
import type { DeleteMode, Guard } from '#libs/cdc/sink/target-table.js';

export interface TableMapping {
  keyspace: string;
  source: string;
  /** Of PostgreSQL; with its schema where it is not in the search path. */
  target: string;
}

export interface SinkOptions {
  kafka: string[];
  topicPrefix: string;
  group: string;
  table: TableMapping[];
  postgres: string | undefined;
  deletes: DeleteMode;
  guard: Guard;
  batch: number;
  sessionTimeoutMs: number;
  host: string;
  port: number;
}

function mapping(text: string, former: TableMapping[] | undefined): TableMapping[] {
  const [, keyspace, source, target] = /^(\w+)\.(\w+)=([\w."]+)$/.exec(text) ?? [];
  if (keyspace === undefined || source === undefined || target === undefined)
    throw new InvalidArgumentError(`expected keyspace.table=table, found ${text}`);
  return [...(former ?? []), { keyspace, source, target }];
}

const whole = (least: number) => (text: string) => {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new InvalidArgumentError(`expected a whole number of at least ${least}, found ${text}`);
  return Number(text);
};

/** The arguments of the sink. Throws commander's error, with usage, for what cannot be. */
export function parseSink(args: readonly string[], fromEnvironment: string | undefined): SinkOptions {
  const program = new Command('tidemark cdc-sink')
    .description("Takes changes of Cassandra tables, as Debezium's agent sends them to Kafka, to PostgreSQL.")
    .requiredOption('--kafka <host:port,...>', 'brokers', (text: string) => text.split(','))
    .requiredOption('--table <keyspace.table=table>', 'what goes where; may be repeated', mapping)
    .option('--postgres <url>', 'where to (TIDEMARK_CDC_SINK_POSTGRES keeps a password out of sight)', fromEnvironment)
    .option('--topic-prefix <prefix>', "the agent's topic.prefix", 'cdc')
    .option(
      '--group <name>',
      'consumer group: a sink reads on where the last one of its group stopped',
      'tidemark-cdc-sink',
    )
    .addOption(
      new Option('--deletes <mode>', 'soft empties rows and sets _cdc_deleted')
        .choices(['hard', 'soft'])
        .default('hard'),
    )
    .addOption(
      new Option(
        '--guard <mode>',
        'cell: of every cell what was written last wins, not what came last; with --deletes soft',
      )
        .choices(['none', 'cell'])
        .default('none'),
    )
    .option('--batch <n>', 'messages of one transaction at most', whole(1), 500)
    .option('--session-timeout-ms <ms>', 'how long a killed sink keeps its place', whole(1000), 6000)
    .option('--host <address>', 'of /health and /status', '127.0.0.1')
    .option('--port <n>', '0 for none', whole(0), 0)
    .exitOverride();
  program.parse([...args], { from: 'user' });
  const options: SinkOptions = program.opts();
  if (options.postgres === undefined)
    program.error('error: expected --postgres or TIDEMARK_CDC_SINK_POSTGRES, found neither');
  // A deleted row that left nothing behind could not be told from one that an older change is about.
  if (options.guard === 'cell' && options.deletes === 'hard')
    program.error('error: expected --deletes soft with --guard cell, found hard');
  return options;
}
