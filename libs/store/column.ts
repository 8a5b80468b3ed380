import type { EntitySchemaColumnOptions, ValueTransformer } from 'typeorm';

/* The kinds of columns that entities have, the same on SQLite and PostgreSQL. */

/** Raw bigints are strings in PostgreSQL and numbers in SQLite; ours are below 2^53. */
const number: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (typeof value === 'string' ? Number(value) : value),
};
const parsed: ValueTransformer = {
  to: (value: unknown) => (value === null || value === undefined ? value : JSON.stringify(value)),
  from: (value: unknown) => (typeof value === 'string' ? JSON.parse(value) : value),
};

/** The same with null as a value of its own, not as an absent one. */
const parsedOrNull: ValueTransformer = {
  to: (value: unknown) => (value === undefined ? value : JSON.stringify(value)),
  from: (value: unknown) => (typeof value === 'string' ? JSON.parse(value) : value),
};

/** PostgreSQL takes no NUL, and what a file or a server has sent may hold one. */
const printable: ValueTransformer = {
  to: (value: unknown) => (typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value),
  from: (value: unknown) => value,
};

export type Column = EntitySchemaColumnOptions;
export const named = (name: string, options: Omit<Column, 'name'>): Column => ({ ...options, name });
export const text = (name: string, more: Partial<Column> = {}): Column => named(name, { type: 'text', ...more });
/** Text that quotes what came from elsewhere. */
export const quoted = (name: string, more: Partial<Column> = {}): Column =>
  text(name, { transformer: printable, ...more });
export const json = (name: string, more: Partial<Column> = {}): Column => text(name, { transformer: parsed, ...more });
export const jsonOrNull = (name: string): Column => text(name, { transformer: parsedOrNull });
export const int = (name: string, more: Partial<Column> = {}): Column => named(name, { type: 'integer', ...more });
export const big = (name: string, more: Partial<Column> = {}): Column =>
  named(name, { type: 'bigint', transformer: number, ...more });
export const bool = (name: string, more: Partial<Column> = {}): Column => named(name, { type: 'boolean', ...more });
export const real = (name: string, more: Partial<Column> = {}): Column =>
  named(name, { type: 'double precision', ...more });
export const key = { primary: true } as const;
export const optional = { nullable: true } as const;
export const serial: Column = { type: 'integer', primary: true, generated: 'increment', name: 'id' };
