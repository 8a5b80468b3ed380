import { BodyWriter } from './body-writer.js';
import type { Answer } from './connection-options.js';
import type { Connection } from './connection.js';
import type { PreparedStatement } from './prepared.js';
import { CONSISTENCY, OPCODE, QUERY_FLAG } from './protocol.js';
import { readPrepared, readRows, type Row } from './result.js';
import { readServerError } from './server-error.js';

const PAGE_ROWS = 5_000;

/** Sends a control frame; throws the ServerError that was answered, or the socket's error. */
async function ask(connection: Connection, frame: Buffer, timeoutMs: number): Promise<Answer> {
  const answer = await connection.request(frame, timeoutMs);
  if (answer.opcode === OPCODE.ERROR) throw readServerError(answer.reader);
  return answer;
}

/** All rows of a query, page by page. */
export async function queryAll(
  connection: Connection,
  cql: string,
  consistency: keyof typeof CONSISTENCY,
  timeoutMs: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  let pagingState: Buffer | null = null;
  do {
    const writer = new BodyWriter().longString(cql).short(CONSISTENCY[consistency]);
    writer.byte(QUERY_FLAG.PAGE_SIZE | (pagingState ? QUERY_FLAG.PAGING_STATE : 0)).int(PAGE_ROWS);
    if (pagingState) writer.bytes(pagingState);
    const page = readRows((await ask(connection, writer.frame(OPCODE.QUERY), timeoutMs)).reader);
    rows.push(...page.rows);
    pagingState = page.pagingState;
  } while (pagingState);
  return rows;
}

/** From now on names without a keyspace mean this one, on this connection. */
export const useKeyspace = async (connection: Connection, keyspace: string, timeoutMs: number): Promise<void> => {
  await queryAll(connection, `USE "${keyspace}"`, 'ONE', timeoutMs);
};

export async function prepareOn(connection: Connection, cql: string, timeoutMs: number): Promise<PreparedStatement> {
  const answer = await ask(connection, new BodyWriter().longString(cql).frame(OPCODE.PREPARE), timeoutMs);
  return { cql, ...readPrepared(answer.reader, connection.extensions.lwtMask) };
}

/** Asks to be told of nodes that come, go, rise and fall. */
export async function registerForEvents(connection: Connection, timeoutMs: number): Promise<void> {
  await ask(
    connection,
    new BodyWriter().stringList(['TOPOLOGY_CHANGE', 'STATUS_CHANGE']).frame(OPCODE.REGISTER),
    timeoutMs,
  );
}

/** Proves that the server still answers. */
export async function askHeartbeat(connection: Connection, timeoutMs: number): Promise<void> {
  await ask(connection, new BodyWriter().frame(OPCODE.OPTIONS), timeoutMs);
}
