import { CodedError } from '#libs/contract/coded-error.js';
import { ERROR_CODE } from '#libs/cql/protocol.js';
import { ServerError } from '#libs/cql/server-error.js';
import type { WireSession } from '#libs/cql/session.js';
import type { PreparedStatement } from '#libs/cql/prepared.js';
import { type Binding, bindStatement, statementOf } from './binding.js';
import type { QuerySpec } from './query.schema.js';

/** Prepares the run's statement and fits it to the CSV. Throws CodedError. */
export async function prepareQuery(
  session: WireSession,
  spec: QuerySpec,
): Promise<{ statement: PreparedStatement; binding: Binding }> {
  const cql = statementOf(spec);
  try {
    await session.use(spec.keyspace);
    const statement = await session.prepare(cql);
    return { statement, binding: bindStatement(spec, statement) };
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    if (error.code === ERROR_CODE.INVALID)
      throw new CodedError(
        'KEYSPACE_UNKNOWN',
        `the target cannot answer ${cql}: ${error.message}; load the dataset first, or name keyspace, table and key column as they are`,
      );
    throw new CodedError('TARGET_REFUSED', `the target refused ${cql}: ${error.message}`);
  }
}
