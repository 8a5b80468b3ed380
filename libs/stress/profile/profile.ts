import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { CodedError } from '#libs/contract/coded-error.js';
import { CONSISTENCY } from '#libs/cql/protocol.js';
import type { ConsistencyLevel } from '#libs/workloads/stress/consistency-level.schema.js';
import type { Distribution, Ratio } from '#libs/workloads/stress/distribution.schema.js';
import type { ColumnSpec } from './column-generator.js';
import { plain, ProfileReader } from './profile-reader.js';

export interface ProfileQuery {
  cql: string;
  /** False: each variable may come from another row of the partition. */
  sameRow: boolean;
  consistencyLevel: ConsistencyLevel | undefined;
  serialConsistencyLevel: SerialLevel | undefined;
}

/** Reads a whole table, range by range. */
export interface TokenRangeQuery {
  /** As they stand between SELECT and FROM; `*` for all. */
  columns: string;
  pageSize: number;
}

export type SerialLevel = 'SERIAL' | 'LOCAL_SERIAL';

/** How `insert` writes the rows of its partitions. */
export interface InsertShape {
  partitions: Distribution;
  batchType: 'logged' | 'unlogged' | 'counter';
  select: Ratio;
  visits: Distribution;
  revisit: Distribution;
  rowPopulation: Ratio;
  /** What a column without a value is: null, which leaves a tombstone, or not set. */
  unpopulated: 'null' | 'unset';
  /** In place of the run's. */
  consistencyLevel?: ConsistencyLevel | undefined;
  serialConsistencyLevel?: SerialLevel | undefined;
}

/** A cassandra-stress user profile. */
export interface Profile {
  /** Name by which operations of several profiles are told apart. */
  name: string;
  keyspace: string;
  keyspaceDefinition: string | undefined;
  table: string;
  tableDefinition: string | undefined;
  extraDefinitions: readonly string[];
  columns: ReadonlyMap<string, ColumnSpec>;
  insert: InsertShape;
  queries: ReadonlyMap<string, ProfileQuery>;
  tokenRangeQueries: ReadonlyMap<string, TokenRangeQuery>;
}

const ONE: Distribution = { type: 'fixed', value: 1 };
const ALL: Ratio = { distribution: ONE, divisor: 1 };
const REVISIT: Distribution = { type: 'uniform', min: 1, max: 1_000_000 };
const PAGE_SIZE = 5000;
const KNOWN = [
  'specname',
  'keyspace',
  'keyspace_definition',
  'table',
  'table_definition',
  'extra_definitions',
  'columnspec',
  'insert',
  'queries',
  'token_range_queries',
];

/** Reads a user profile; `name` says which in messages. Throws CodedError VALIDATION_FAILED with every problem at once. */
export function parseProfile(text: string, name: string): Profile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const reader = new ProfileReader(name, document, lines);
  for (const error of document.errors) reader.issues.push({ path: name, message: error.message.split('\n')[0] ?? '' });
  const profile = reader.issues.length > 0 ? undefined : read(reader, document);
  if (profile === undefined || reader.issues.length > 0)
    throw new CodedError(
      'VALIDATION_FAILED',
      `the profile cannot be used: ${reader.issues.map(({ path, message }) => `${path}: ${message}`).join('; ')}`,
      reader.issues,
    );
  return profile;
}

function read(reader: ProfileReader, document: Document): Profile | undefined {
  const top = reader.map([], KNOWN);
  const keyspace = reader.text(['keyspace'], top.get('keyspace'));
  const table = reader.text(['table'], top.get('table'));
  if (keyspace === undefined) reader.problem([], 'expected keyspace, found none');
  if (table === undefined) reader.problem([], 'expected table, found none');
  const columns = readColumns(reader, document);
  const insert = readInsert(reader, top.has('insert'));
  const queries = readQueries(reader, document, top.has('queries'));
  const tokenRangeQueries = readTokenRangeQueries(reader, document, top.has('token_range_queries'));
  if (keyspace === undefined || table === undefined) return undefined;
  const extra = top.get('extra_definitions');
  return {
    name: reader.text(['specname'], top.get('specname')) ?? `${keyspace}.${table}`,
    keyspace,
    keyspaceDefinition: reader.text(['keyspace_definition'], top.get('keyspace_definition')),
    table,
    tableDefinition: reader.text(['table_definition'], top.get('table_definition')),
    extraDefinitions: extra === undefined ? [] : texts(document.toJS(), 'extra_definitions'),
    columns,
    insert,
    queries,
    tokenRangeQueries,
  };
}

const texts = (root: unknown, name: string): string[] => {
  const value: unknown =
    typeof root === 'object' && root !== null
      ? Object.entries(root).find(([key]) => key.toLowerCase() === name)?.[1]
      : [];
  return Array.isArray(value) ? value.map(String) : [];
};

const COLUMN = ['name', 'size', 'population', 'cluster'];
function readColumns(reader: ProfileReader, document: Document): Map<string, ColumnSpec> {
  const columns = new Map<string, ColumnSpec>();
  const list: unknown = document.toJS()?.columnspec;
  if (list === undefined || list === null) return columns;
  if (!Array.isArray(list)) {
    reader.problem(['columnspec'], 'expected a list of columns');
    return columns;
  }
  for (const index of list.keys()) {
    const at = ['columnspec', index];
    const entries = reader.map(at, COLUMN);
    const name = reader.text([...at, 'name'], entries.get('name'));
    const spec = {
      size: reader.distribution([...at, 'size'], entries.get('size')),
      population: reader.distribution([...at, 'population'], entries.get('population')),
      cluster: reader.distribution([...at, 'cluster'], entries.get('cluster')),
    };
    if (name === undefined) reader.problem(at, 'expected the name of a column, found none');
    else if (columns.has(name)) reader.problem(at, `expected column ${name} once, found it twice`);
    else columns.set(name, spec);
  }
  return columns;
}

const BATCH_TYPES: Readonly<Record<string, Profile['insert']['batchType']>> = {
  logged: 'logged',
  unlogged: 'unlogged',
  counter: 'counter',
};

const INSERT = [
  'partitions',
  'batchtype',
  'select',
  'visits',
  'revisit',
  'row-population',
  'row-population-ratio',
  'consistencylevel',
  'serialconsistencylevel',
];
function readInsert(reader: ProfileReader, isThere: boolean): InsertShape {
  const entries = isThere ? reader.map(['insert'], INSERT) : new Map<string, unknown>();
  const type = plain(entries.get('batchtype') ?? 'logged').toLowerCase();
  const batchType = BATCH_TYPES[type];
  if (batchType === undefined)
    reader.problem(['insert', 'batchtype'], `expected LOGGED, UNLOGGED or COUNTER, found ${type}`);
  const distribution = (name: string) => reader.distribution(['insert', name], entries.get(name));
  const ratio = (name: string) => reader.ratio(['insert', name], entries.get(name));
  return {
    partitions: distribution('partitions') ?? ONE,
    batchType: batchType ?? 'logged',
    select: ratio('select') ?? ALL,
    visits: distribution('visits') ?? ONE,
    revisit: distribution('revisit') ?? REVISIT,
    rowPopulation: ratio('row-population') ?? ratio('row-population-ratio') ?? ALL,
    unpopulated: 'null',
    ...readLevels(reader, ['insert'], entries),
  };
}

/** `consistencyLevel` and `serialConsistencyLevel` of an entry, where it has them. */
function readLevels(
  reader: ProfileReader,
  at: readonly string[],
  entries: ReadonlyMap<string, unknown>,
): { consistencyLevel: ConsistencyLevel | undefined; serialConsistencyLevel: SerialLevel | undefined } {
  const said = entries.get('consistencylevel');
  const consistencyLevel = said === undefined ? undefined : consistencyOf(plain(said));
  if (said !== undefined && consistencyLevel === undefined)
    reader.problem([...at, 'consistencyLevel'], `expected one of ${LEVELS.join(', ')}, found ${plain(said)}`);
  const serial = entries.get('serialconsistencylevel');
  const serialConsistencyLevel = SERIAL_LEVELS[plain(serial).toUpperCase()];
  if (serial !== undefined && serialConsistencyLevel === undefined)
    reader.problem([...at, 'serialConsistencyLevel'], `expected SERIAL or LOCAL_SERIAL, found ${plain(serial)}`);
  return { consistencyLevel, serialConsistencyLevel };
}

const LEVELS = Object.keys(CONSISTENCY);
const SERIAL_LEVELS: Readonly<Record<string, SerialLevel>> = { SERIAL: 'SERIAL', LOCAL_SERIAL: 'LOCAL_SERIAL' };
const isLevel = (text: string): text is ConsistencyLevel => LEVELS.includes(text);
const consistencyOf = (text: string): ConsistencyLevel | undefined => {
  const level = text.toUpperCase();
  return isLevel(level) ? level : undefined;
};

function readQueries(reader: ProfileReader, document: Document, isThere: boolean): Map<string, ProfileQuery> {
  const queries = new Map<string, ProfileQuery>();
  const node = isThere ? document.get('queries', true) : undefined;
  if (node === undefined) return queries;
  if (!isMap(node)) {
    reader.problem(['queries'], 'expected a map of names and queries');
    return queries;
  }
  for (const pair of node.items) {
    const name = String(pair.key);
    const at = ['queries', name];
    const entries = reader.map(at, ['cql', 'fields', 'consistencylevel', 'serialconsistencylevel']);
    const cql = reader.text([...at, 'cql'], entries.get('cql'));
    if (cql === undefined) reader.problem(at, 'expected cql, found none');
    const fields = plain(entries.get('fields') ?? 'samerow').toLowerCase();
    if (fields !== 'samerow' && fields !== 'multirow')
      reader.problem([...at, 'fields'], `expected samerow or multirow, found ${fields}`);
    queries.set(name.toLowerCase(), {
      cql: cql ?? '',
      sameRow: fields === 'samerow',
      ...readLevels(reader, at, entries),
    });
  }
  return queries;
}

function readTokenRangeQueries(
  reader: ProfileReader,
  document: Document,
  isThere: boolean,
): Map<string, TokenRangeQuery> {
  const queries = new Map<string, TokenRangeQuery>();
  const node = isThere ? document.get('token_range_queries', true) : undefined;
  if (node === undefined) return queries;
  if (!isMap(node)) {
    reader.problem(['token_range_queries'], 'expected a map of names and queries');
    return queries;
  }
  for (const pair of node.items) {
    const name = String(pair.key);
    const at = ['token_range_queries', name];
    const entries = reader.map(at, ['columns', 'page_size']);
    const size = plain(entries.get('page_size') ?? PAGE_SIZE);
    const pageSize = /^\d+$/.test(size) ? Number(size) : 0;
    if (pageSize < 1) reader.problem([...at, 'page_size'], `expected a number of rows, found ${size}`);
    const columns = reader.text([...at, 'columns'], entries.get('columns') ?? '*') ?? '*';
    queries.set(name.toLowerCase(), { columns, pageSize });
  }
  return queries;
}
