import { Client, type Connection } from 'pg';
import { Pgoutput, PgoutputPlugin } from 'pg-logical-replication';
import type { Sink } from '#libs/contract/sink.js';
import type { RowShape } from '../row-shape.js';
import { causeOf, clientConfig, type SinkClient } from './sink-client.js';

const XLOG_DATA = 0x77;
const KEEP_ALIVE = 0x6b;
const XLOG_HEADER_BYTES = 25;
const STATUS_UPDATE = 0x72;
const STATUS_BYTES = 34;
const STATUS_EVERY_MS = 1_000;
/** The first version whose publications may list columns. */
const COLUMN_LISTS = 150_000;
/** Columns of the primary key of table $1, with commas. */
const PRIMARY_KEY = `SELECT string_agg(attname, ',') FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
  WHERE indrelid = to_regclass($1) AND indisprimary`;
const PREFIX = 'tidemark_cdc_';

/** What the log tells of a row, with the commit's time by PostgreSQL's clock, epoch milliseconds. */
export interface SlotEvents {
  present(keyText: string, seq: number, commitMs: number): void;
  deleted(keyText: string, commitMs: number): void;
  /** The stream has ended by itself: nothing more comes. */
  lost(why: string): void;
}

/** What pg's client has beside its typed face, for the replication protocol. */
type CopyConnection = Connection & {
  sendCopyFromChunk(chunk: Buffer): void;
  on(event: 'copyData', listener: (message: { chunk: Buffer }) => void): unknown;
  once(event: 'replicationStart', listener: () => void): unknown;
};

/**
 * Why this role cannot read the log of this table; undefined when it can. A published table that does not say which row is
 * changed would refuse every update and delete of the pipeline: it must not be published.
 */
export async function slotProblem(client: SinkClient, shape: RowShape): Promise<string | undefined> {
  const [row] = await client.query(
    `SELECT current_setting('wal_level'), (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),
       coalesce((SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass($1)), false),
       (SELECT relreplident::text FROM pg_class WHERE oid = to_regclass($1)), (${PRIMARY_KEY})`,
    [shape.sink],
  );
  const [level, mayReplicate, owns, identity, primaryKey] = row ?? [];
  if (level !== 'logical') return `wal_level is ${String(level)} and not logical`;
  if (mayReplicate !== true) return 'the role may not replicate (ALTER ROLE … REPLICATION)';
  if (owns !== true) return `the role does not own ${shape.sink}, and so cannot publish it`;
  const isKnown = identity === 'f' || (identity === 'd' && primaryKey === shape.key);
  return isKnown ? undefined : `${shape.sink} has no primary key of ${shape.key} alone, and no REPLICA IDENTITY FULL`;
}

/** Drops the publications of runs that were killed: their slots, being temporary, are gone. Never throws. */
async function sweep(client: SinkClient): Promise<void> {
  const left = await client
    .query(
      `SELECT pubname FROM pg_publication WHERE pubname LIKE '${PREFIX}%'
         AND pg_has_role(current_user, pubowner, 'USAGE')
         AND NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = pubname)
         AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = pubname)`,
    )
    .catch(() => []);
  for (const [name] of left) await client.query(`DROP PUBLICATION IF EXISTS "${String(name)}"`).catch(() => undefined);
}

/** Only what is looked at, where the server can leave the rest out (PostgreSQL 15). */
async function columnList(
  control: SinkClient,
  { key, seq, sink, table: { deletedColumn } }: RowShape,
): Promise<string> {
  const [row] = await control.query(
    `SELECT current_setting('server_version_num')::int, (SELECT relreplident::text FROM pg_class WHERE oid = to_regclass($1))`,
    [sink],
  );
  // A list has to have all columns of the replica identity.
  if (Number(row?.[0]) < COLUMN_LISTS || row?.[1] !== 'd') return '';
  const names = [key, seq, ...(deletedColumn === undefined ? [] : [deletedColumn])];
  return ` (${names.map((name) => `"${name}"`).join(', ')})`;
}

/** The changes of the sink's table as its log has them, by a temporary slot that ends with the connection. */
export class SlotStream {
  private lastLsn = 0n;
  private timer: NodeJS.Timeout | undefined;
  private isClosing = false;

  private constructor(
    private readonly client: Client,
    private readonly control: SinkClient,
    private readonly name: string,
    private readonly shape: RowShape,
    private readonly events: SlotEvents,
  ) {}

  /** `id`: of this run and shard; letters and digits. Throws what PostgreSQL says; nothing is left behind then. */
  static async open(
    sink: Sink,
    control: SinkClient,
    shape: RowShape,
    id: string,
    events: SlotEvents,
  ): Promise<SlotStream> {
    const name = `${PREFIX}${id.toLowerCase().replaceAll(/[^a-z0-9]/g, '_')}`.slice(0, 63);
    await sweep(control);
    const client = new Client({ ...clientConfig(sink), application_name: name, replication: 'database' } as never);
    const stream = new SlotStream(client, control, name, shape, events);
    client.on('error', (error) => stream.ended(causeOf(error)));
    client.on('end', () => stream.ended('the connection was closed'));
    try {
      await client.connect();
      await control.query(`DROP PUBLICATION IF EXISTS "${name}"`);
      await control.query(`CREATE PUBLICATION "${name}" FOR TABLE ${shape.sink}${await columnList(control, shape)}`);
      await client.query(`CREATE_REPLICATION_SLOT "${name}" TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT`);
      await stream.start();
      return stream;
    } catch (error) {
      await stream.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    clearInterval(this.timer);
    await this.client.end().catch(() => undefined);
    await this.control.query(`DROP PUBLICATION IF EXISTS "${this.name}"`).catch(() => undefined);
  }

  private ended(why: string): void {
    clearInterval(this.timer);
    if (!this.isClosing) this.events.lost(why);
  }

  private async start(): Promise<void> {
    // The client's own connection speaks the copy protocol; its types leave that out.
    const { connection } = this.client as unknown as { connection: CopyConnection };
    const plugin = new PgoutputPlugin({ protoVersion: 1, publicationNames: [this.name] });
    const read = this.reader();
    connection.on('copyData', ({ chunk }) => {
      if (chunk[0] === XLOG_DATA) {
        this.lastLsn = chunk.readBigUInt64BE(9);
        read(plugin.parse(chunk.subarray(XLOG_HEADER_BYTES)));
      } else if (chunk[0] === KEEP_ALIVE) {
        this.lastLsn = chunk.readBigUInt64BE(1);
        if (chunk[17] === 1) this.acknowledge(connection);
      }
    });
    const started = new Promise<void>((resolve) => connection.once('replicationStart', resolve));
    const running = plugin.start(this.client, this.name, '0/00000000');
    running.catch((error: unknown) => this.ended(causeOf(error)));
    await Promise.race([started, running]);
    this.timer = setInterval(() => this.acknowledge(connection), STATUS_EVERY_MS);
    this.timer.unref();
  }

  /** Tells the server how far was read, so that it keeps no more of its log than it must. */
  private acknowledge(connection: CopyConnection): void {
    const status = Buffer.alloc(STATUS_BYTES);
    status[0] = STATUS_UPDATE;
    for (const at of [1, 9, 17]) status.writeBigUInt64BE(this.lastLsn, at);
    connection.sendCopyFromChunk(status);
  }

  private reader(): (message: Pgoutput.Message) => void {
    const { shape, events } = this;
    const { deletedColumn } = shape.table;
    let commitMs = 0;
    const present = (row: Record<string, unknown>): void => {
      const key = String(row[shape.key]);
      if (deletedColumn !== undefined && row[deletedColumn] === true) events.deleted(key, commitMs);
      else events.present(key, Number(row[shape.seq]), commitMs);
    };
    return (message) => {
      if (message.tag === 'begin') commitMs = Number(message.commitTime) / 1000;
      else if (message.tag === 'insert' || message.tag === 'update') present(message.new);
      else if (message.tag === 'delete') events.deleted(String((message.key ?? message.old)?.[shape.key]), commitMs);
    };
  }
}
