import { CQL_TYPE } from '#libs/cql/protocol.js';

interface SoakColumn {
  name: string;
  cql: 'uuid' | 'timestamp' | 'text' | 'int';
}

const column = (name: string, cql: SoakColumn['cql']): SoakColumn => ({ name, cql });

/** The columns of the table in the order of its statements; the first is the primary key. */
export const SOAK_COLUMNS: readonly SoakColumn[] = [
  column('id', 'uuid'),
  column('create_time', 'timestamp'),
  column('updated_time', 'timestamp'),
  column('fname', 'text'),
  column('lname', 'text'),
  column('data_object_json', 'text'),
  ...['i1', 'i2', 'i3', 'i4', 'i5'].map((name) => column(name, 'int')),
  ...['s1', 's2', 's3', 's4', 's5'].map((name) => column(name, 'text')),
];

/** As a server tells the types. */
export const TYPE_ID: { readonly [T in SoakColumn['cql']]: number } = {
  uuid: CQL_TYPE.UUID,
  timestamp: CQL_TYPE.TIMESTAMP,
  text: CQL_TYPE.VARCHAR,
  int: CQL_TYPE.INT,
};
