import { isMap, LineCounter, parseDocument, type Document } from 'yaml';
import { CodedError } from '#libs/contract/coded-error.js';
import type { Issue } from '#libs/contract/problem.js';
import { CONSISTENCY } from '#libs/cql/protocol.js';
import type { ConsistencyLevel } from '#libs/workloads/stress/consistency-level.schema.js';
import type { Distribution } from '#libs/workloads/stress/stress.schema.js';
import { readDistribution } from '../distribution-text.js';
import { nearest } from '../words.js';
import type { ColumnSpec } from './column-generator.js';

/** A share of something: a draw over a divisor, as in `fixed(1)/2`. */
export interface Ratio {
  distribution: Distribution;
  divisor: number;
}

export interface ProfileQuery {
  cql: string;
  /** False: each variable may come from another row of the partition. */
  sameRow: boolean;
  consistencyLevel: ConsistencyLevel | undefined;
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
  insert: { partitions: Distribution; batchType: 'logged' | 'unlogged' | 'counter'; select: Ratio };
  queries: ReadonlyMap<string, ProfileQuery>;
}

/** A YAML scalar as text; anything else is no text. */
const plain = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';

/** Collects what is wrong, each under its path and line. */
class Reader {
  readonly issues: Issue[] = [];

  constructor(
    private readonly name: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  problem(path: readonly (string | number)[], message: string): undefined {
    const node = this.document.getIn(path, true);
    const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    const start: unknown = Array.isArray(range) ? range[0] : undefined;
    const line = typeof start === 'number' ? ` (line ${this.lines.linePos(start).line})` : '';
    this.issues.push({ path: [this.name, ...path].join('.'), message: `${message}${line}` });
    return undefined;
  }

  /** The entries of a map whose keys are known; the rest is refused by name, or with why it is not supported. */
  map(path: readonly (string | number)[], known: readonly string[], refused: Readonly<Record<string, string>> = {}) {
    const node = path.length === 0 ? this.document.contents : this.document.getIn(path, true);
    const entries = new Map<string, unknown>();
    if (!isMap(node)) {
      this.problem(path, 'expected a map of names and values');
      return entries;
    }
    for (const pair of node.items) {
      const key = String(pair.key);
      const name = key.toLowerCase();
      const at = [...path, key];
      if (refused[name] !== undefined) this.problem(at, refused[name]);
      else if (!known.includes(name)) {
        const meant = nearest(name, known);
        this.problem(
          at,
          `unknown entry ${key}; ${meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${meant}?`}`,
        );
      } else entries.set(name, this.document.getIn(at));
    }
    return entries;
  }

  text(path: readonly (string | number)[], value: unknown): string | undefined {
    if (value === undefined) return undefined;
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : this.problem(path, 'expected a text');
  }

  distribution(path: readonly (string | number)[], value: unknown): Distribution | undefined {
    if (value === undefined) return undefined;
    const read = readDistribution(plain(value).replaceAll(/\s/g, ''));
    return typeof read === 'string' ? this.problem(path, read) : read;
  }

  ratio(path: readonly (string | number)[], value: unknown): Ratio | undefined {
    const match = /^(.+)\/([\d.]+)$/.exec(plain(value).replaceAll(/\s/g, ''));
    const divisor = Number(match?.[2]);
    if (!match || !(divisor > 0))
      return this.problem(path, `expected a ratio such as fixed(1)/2, found ${plain(value)}`);
    const distribution = this.distribution(path, match[1]);
    return distribution && { distribution, divisor };
  }
}

const ONE: Distribution = { type: 'fixed', value: 1 };
const ALL: Ratio = { distribution: ONE, divisor: 1 };
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
];

/** Reads a user profile; `name` says which in messages. Throws CodedError VALIDATION_FAILED with every problem at once. */
export function parseProfile(text: string, name: string): Profile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const reader = new Reader(name, document, lines);
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

function read(reader: Reader, document: Document): Profile | undefined {
  const top = reader.map([], KNOWN, { token_range_queries: 'token range queries are not supported yet' });
  const keyspace = reader.text(['keyspace'], top.get('keyspace'));
  const table = reader.text(['table'], top.get('table'));
  if (keyspace === undefined) reader.problem([], 'expected keyspace, found none');
  if (table === undefined) reader.problem([], 'expected table, found none');
  const columns = readColumns(reader, document);
  const insert = readInsert(reader, top.has('insert'));
  const queries = readQueries(reader, document, top.has('queries'));
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
function readColumns(reader: Reader, document: Document): Map<string, ColumnSpec> {
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

function readInsert(reader: Reader, isThere: boolean): Profile['insert'] {
  const entries = isThere
    ? reader.map(['insert'], ['partitions', 'batchtype', 'select', 'visits', 'row-population-ratio'])
    : new Map();
  const type = plain(entries.get('batchtype') ?? 'logged').toLowerCase();
  const batchType = BATCH_TYPES[type];
  if (batchType === undefined)
    reader.problem(['insert', 'batchtype'], `expected LOGGED, UNLOGGED or COUNTER, found ${type}`);
  for (const [name, only] of [
    ['visits', 'fixed(1)'],
    ['row-population-ratio', 'fixed(1)/1'],
  ] as const) {
    const value = entries.get(name);
    if (value !== undefined && plain(value).replaceAll(/\s/g, '').toLowerCase() !== only)
      reader.problem(['insert', name], `${name} other than ${only} is not supported yet`);
  }
  return {
    partitions: reader.distribution(['insert', 'partitions'], entries.get('partitions')) ?? ONE,
    batchType: batchType ?? 'logged',
    select: entries.has('select') ? (reader.ratio(['insert', 'select'], entries.get('select')) ?? ALL) : ALL,
  };
}

const LEVELS = Object.keys(CONSISTENCY);
const isLevel = (text: string): text is ConsistencyLevel => LEVELS.includes(text);
const consistencyOf = (text: string): ConsistencyLevel | undefined => {
  const level = text.toUpperCase();
  return isLevel(level) ? level : undefined;
};

function readQueries(reader: Reader, document: Document, isThere: boolean): Map<string, ProfileQuery> {
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
    const entries = reader.map(at, ['cql', 'fields', 'consistencylevel'], {
      serialconsistencylevel: 'serial consistency levels of queries are not supported yet',
    });
    const cql = reader.text([...at, 'cql'], entries.get('cql'));
    if (cql === undefined) reader.problem(at, 'expected cql, found none');
    const fields = plain(entries.get('fields') ?? 'samerow').toLowerCase();
    if (fields !== 'samerow' && fields !== 'multirow')
      reader.problem([...at, 'fields'], `expected samerow or multirow, found ${fields}`);
    const said = entries.get('consistencylevel');
    const level = said === undefined ? undefined : consistencyOf(plain(said));
    if (said !== undefined && level === undefined)
      reader.problem([...at, 'consistencyLevel'], `expected one of ${LEVELS.join(', ')}, found ${plain(said)}`);
    queries.set(name.toLowerCase(), { cql: cql ?? '', sameRow: fields === 'samerow', consistencyLevel: level });
  }
  return queries;
}
