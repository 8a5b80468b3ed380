import type { CqlType } from './cql-type.js';

/** A value as written in a statement. */
export type Term =
  | { kind: 'marker'; index: number; name: string | null }
  | { kind: 'string' | 'integer' | 'float' | 'blob' | 'uuid'; text: string }
  | { kind: 'boolean'; value: boolean }
  | { kind: 'null' }
  | { kind: 'list' | 'tuple'; items: Term[] }
  | { kind: 'braces'; entries: { key: Term; value: Term | null }[] }
  | { kind: 'call'; name: string; args: Term[] };

export interface TableName {
  keyspace: string | null;
  table: string;
}

export type Operator = '=' | '<' | '<=' | '>' | '>=' | '!=' | 'in';

/** `column operator term`; with `token`, over token(columns); several columns without it: (a, b) > (1, 2). */
export interface Relation {
  columns: string[];
  token: boolean;
  operator: Operator;
  /** One term, or for IN (…) the terms between the brackets; IN ? is one term with `inMarker`. */
  terms: Term[];
  inMarker: boolean;
}

export interface Using {
  timestamp: Term | null;
  ttl: Term | null;
}

export type LwtCondition =
  { kind: 'none' } | { kind: 'exists' } | { kind: 'not-exists' } | { kind: 'columns'; relations: Relation[] };

export type Assignment =
  | { kind: 'set'; column: string; term: Term }
  | { kind: 'add' | 'subtract' | 'prepend'; column: string; term: Term }
  | { kind: 'element'; column: string; key: Term; term: Term };

export type Selector =
  | { kind: 'column'; column: string; alias: string | null }
  | { kind: 'count'; column: string | null; alias: string | null; label: string }
  | { kind: 'min' | 'max'; column: string; alias: string | null }
  | { kind: 'writetime' | 'ttl'; column: string; alias: string | null }
  | { kind: 'token'; columns: string[]; alias: string | null };

export type OptionValue = string | Map<string, string>;

export interface ColumnDefinition {
  name: string;
  type: CqlType;
  isStatic: boolean;
}

export interface CreateTable {
  kind: 'create-table';
  name: TableName;
  ifNotExists: boolean;
  columns: ColumnDefinition[];
  partitionKey: string[];
  clustering: string[];
  descending: Map<string, boolean>;
  options: Map<string, OptionValue>;
}

export interface Insert {
  kind: 'insert';
  name: TableName;
  columns: string[];
  terms: Term[];
  condition: LwtCondition;
  using: Using;
}

export interface Update {
  kind: 'update';
  name: TableName;
  assignments: Assignment[];
  where: Relation[];
  condition: LwtCondition;
  using: Using;
}

export interface Delete {
  kind: 'delete';
  name: TableName;
  columns: string[];
  where: Relation[];
  condition: LwtCondition;
  using: Using;
}

export interface Select {
  kind: 'select';
  name: TableName;
  /** Empty: all columns. */
  selectors: Selector[];
  distinct: boolean;
  where: Relation[];
  orderBy: { column: string; descending: boolean }[];
  perPartitionLimit: Term | null;
  limit: Term | null;
  allowFiltering: boolean;
}

export type Modification = Insert | Update | Delete;

export type SchemaStatement =
  | {
      kind: 'create-keyspace' | 'alter-keyspace';
      keyspace: string;
      ifClause: boolean;
      options: Map<string, OptionValue>;
    }
  | { kind: 'drop-keyspace'; keyspace: string; ifExists: boolean }
  | CreateTable
  | {
      kind: 'alter-table';
      name: TableName;
      add: ColumnDefinition[];
      drop: string[];
      options: Map<string, OptionValue>;
    }
  | { kind: 'drop-table'; name: TableName; ifExists: boolean }
  | { kind: 'truncate'; name: TableName };

export type Statement =
  | SchemaStatement
  | Modification
  | Select
  | { kind: 'use'; keyspace: string }
  | { kind: 'batch'; type: 'logged' | 'unlogged' | 'counter'; statements: Modification[]; using: Using };
