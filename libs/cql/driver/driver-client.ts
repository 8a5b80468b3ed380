import cassandra from 'cassandra-driver';
import type tls from 'node:tls';
import { OUTCOMES, type Outcome } from '#libs/contract/outcome.js';
import { connectProblem } from '../connect-problem.js';
import type { CONSISTENCY } from '../protocol.js';
import { outcomeOf as outcomeOfAnswer, ServerError } from '../server-error.js';

export interface DriverClientOptions {
  contactPoints: readonly { host: string; port: number }[];
  localDatacenter: string;
  username?: string | undefined;
  password?: string | undefined;
  tls?: tls.ConnectionOptions | undefined;
  connectTimeoutMs: number;
  requestTimeoutMs: number;
  connectionsPerNode: number;
}

/** Called with the rows (undefined for none), or with an outcome index and the server's words. */
export type DriverAnswer = (
  outcome: number,
  row: cassandra.types.Row | undefined,
  rows: number,
  message: string | undefined,
) => void;

const indexOf = (outcome: Outcome): number => OUTCOMES.indexOf(outcome);
const OK = indexOf('ok');

/** The second engine: cassandra-driver as it comes, without its own retries, for cross-checking the wire engine. */
export class DriverClient {
  private constructor(private readonly client: cassandra.Client) {}

  /** Throws CodedError TARGET_*. */
  static async connect(options: DriverClientOptions): Promise<DriverClient> {
    const [first] = options.contactPoints;
    const client = new cassandra.Client({
      contactPoints: options.contactPoints.map(({ host, port }) => `${host}:${port}`),
      protocolOptions: { port: first?.port ?? 9042, maxVersion: 4 },
      localDataCenter: options.localDatacenter,
      ...(options.username !== undefined && {
        credentials: { username: options.username, password: options.password ?? '' },
      }),
      ...(options.tls && { sslOptions: { rejectUnauthorized: true, ...options.tls } }),
      socketOptions: { connectTimeout: options.connectTimeoutMs, readTimeout: options.requestTimeoutMs },
      policies: { retry: new cassandra.policies.retry.FallthroughRetryPolicy() },
      pooling: {
        coreConnectionsPerHost: { [cassandra.types.distance.local]: options.connectionsPerNode },
        maxRequestsPerConnection: 32_768,
      },
    });
    try {
      await client.connect();
    } catch (error) {
      await client.shutdown();
      throw connectProblem(first ? `${first.host}:${first.port}` : 'the target', rootOf(error));
    }
    return new DriverClient(client);
  }

  execute(cql: string, values: readonly Buffer[], consistency: keyof typeof CONSISTENCY, answer: DriverAnswer): void {
    this.client
      .execute(cql, [...values], {
        prepare: true,
        consistency: cassandra.types.consistencies[CONSISTENCY_NAME[consistency]],
      })
      .then(
        (result) => answer(OK, result.rows?.[0], result.rows?.length ?? 0, undefined),
        (error: unknown) => {
          const root = rootOf(error);
          answer(outcomeOf(root), undefined, 0, root instanceof Error ? root.message : String(root));
        },
      );
  }

  async close(): Promise<void> {
    await this.client.shutdown();
  }
}

const CONSISTENCY_NAME = {
  ANY: 'any',
  ONE: 'one',
  TWO: 'two',
  THREE: 'three',
  QUORUM: 'quorum',
  ALL: 'all',
  LOCAL_QUORUM: 'localQuorum',
  EACH_QUORUM: 'eachQuorum',
  SERIAL: 'serial',
  LOCAL_SERIAL: 'localSerial',
  LOCAL_ONE: 'localOne',
} as const satisfies Record<keyof typeof CONSISTENCY, keyof typeof cassandra.types.consistencies>;

/** The driver wraps the last host's error: that one says what happened. */
function rootOf(error: unknown): unknown {
  if (!(error instanceof cassandra.errors.NoHostAvailableError)) return toServerError(error);
  const inner: unknown[] = Object.values(error.innerErrors ?? {});
  return inner.length > 0 ? toServerError(inner.at(-1)) : error;
}

const toServerError = (error: unknown): unknown =>
  error instanceof cassandra.errors.ResponseError
    ? new ServerError(error.code, error.message)
    : error instanceof cassandra.errors.AuthenticationError
      ? new ServerError(0x0100, error.message)
      : error;

function outcomeOf(error: unknown): number {
  if (error instanceof ServerError) return outcomeOfAnswer(error);
  if (error instanceof cassandra.errors.OperationTimedOutError) return indexOf('clientTimeout');
  if (error instanceof cassandra.errors.NoHostAvailableError) return indexOf('noHost');
  if (error instanceof cassandra.errors.BusyConnectionError) return indexOf('other');
  return indexOf('connectionLost');
}
