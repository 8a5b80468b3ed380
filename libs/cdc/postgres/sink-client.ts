import { Client, type ClientConfig } from 'pg';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Sink } from '#libs/contract/sink.js';

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 30_000;

/** A cell as PostgreSQL sent it: whoever asks casts to text, boolean or a number. */
export type Cell = string | number | boolean | null;

/** What went wrong, for the counters of the report. */
export type SinkErrorClass = 'connection' | 'verify';

export const clientConfig = ({ host, port, database, username, password, tls }: Sink): ClientConfig => ({
  host,
  port,
  database,
  ...(username !== undefined && { user: username }),
  ...(password !== undefined && { password }),
  ...(tls && { ssl: { rejectUnauthorized: tls.verify, ...(tls.caPem !== undefined && { ca: tls.caPem }) } }),
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  application_name: 'tidemark',
});

export const causeOf = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);

/** Why PostgreSQL could not be reached, as the end of a run. */
function unreachable({ host, port, database }: Sink, error: unknown): CodedError {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const place = `PostgreSQL ${host}:${port}/${database}`;
  // 28000 and 28P01: the role or its password.
  return code.startsWith('28')
    ? new CodedError('TARGET_AUTHENTICATION_FAILED', `${place} refused the login: ${causeOf(error)}; check target.sink`)
    : new CodedError('TARGET_UNREACHABLE', `${place} could not be reached: ${causeOf(error)}; check target.sink`);
}

/** A connection to the sink that comes back: a lost one is opened again by the next question. */
export class SinkClient {
  private client: Client | undefined;

  private constructor(private readonly sink: Sink) {}

  /** Throws CodedError TARGET_UNREACHABLE or TARGET_AUTHENTICATION_FAILED. */
  static async connect(sink: Sink): Promise<SinkClient> {
    const opened = new SinkClient(sink);
    try {
      await opened.open();
    } catch (error) {
      throw unreachable(sink, error);
    }
    return opened;
  }

  get isOpen(): boolean {
    return this.client !== undefined;
  }

  /** Rows as arrays. Throws what PostgreSQL or the socket says. */
  async query(text: string, values: readonly unknown[] = []): Promise<Cell[][]> {
    const client = this.client ?? (await this.open());
    const { rows } = await client.query<Cell[]>({
      text,
      values: [...values],
      rowMode: 'array',
      query_timeout: QUERY_TIMEOUT_MS,
    } as { text: string; values: unknown[]; rowMode: 'array' });
    return rows;
  }

  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async open(): Promise<Client> {
    const client = new Client(clientConfig(this.sink));
    const lost = (): void => {
      if (this.client === client) this.client = undefined;
    };
    // Without a listener a lost connection would end the thread.
    client.on('error', lost);
    client.on('end', lost);
    await client.connect();
    this.client = client;
    return client;
  }
}
