import { CodedError } from '#libs/contract/coded-error.js';
import { textOf } from '#libs/cql/column-type.js';
import type { WireSession } from '#libs/cql/session.js';
import type { Profile } from '#libs/stress/profile/profile.js';
import type { UserTypes } from '#libs/stress/profile/cql-type.js';
import type { TableColumn } from '#libs/stress/profile/table-shape.js';

/** The columns of a profile's table. CodedError KEYSPACE_UNKNOWN when it is not there. */
export async function tableColumns(
  session: WireSession,
  { keyspace, table }: Pick<Profile, 'keyspace' | 'table'>,
): Promise<TableColumn[]> {
  const rows = await session.query(
    `SELECT column_name, type, kind, position FROM system_schema.columns WHERE keyspace_name = '${keyspace}' AND table_name = '${table}'`,
  );
  if (rows.length === 0)
    throw new CodedError(
      'KEYSPACE_UNKNOWN',
      `the target has no table ${keyspace}.${table}: give keyspace_definition and table_definition in the profile, or create it`,
    );
  return rows.map((row) => ({
    name: textOf(row['column_name']),
    type: textOf(row['type']),
    kind: textOf(row['kind']),
    position: Number(textOf(row['position'])),
  }));
}

/** The user-defined types of a profile's keyspace. */
export async function userTypes(session: WireSession, { keyspace }: Pick<Profile, 'keyspace'>): Promise<UserTypes> {
  const rows = await session.query(
    `SELECT type_name, field_types FROM system_schema.types WHERE keyspace_name = '${keyspace}'`,
  );
  return new Map(
    rows.map(({ type_name: name, field_types: types }) => [
      textOf(name).toLowerCase(),
      Array.isArray(types) ? types.map(textOf) : [],
    ]),
  );
}
