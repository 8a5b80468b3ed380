import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { issuesOf } from '#libs/contract/issues.js';
import { CodedError } from '#libs/contract/problem.js';
import { CreateRun } from '#libs/contract/run.js';

/** An object of a file, not checked yet. */
export type Document = Readonly<Record<string, unknown>>;

export const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function read(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CodedError('VALIDATION_FAILED', `${path} cannot be read (${describe(error)}); check the file's name.`);
  }
}

/** JSON or YAML; every JSON document is YAML too. */
function parseDocument(source: string, path: string): unknown {
  try {
    return parse(source);
  } catch (error) {
    throw new CodedError('VALIDATION_FAILED', `${path} is neither JSON nor YAML: ${describe(error)}`);
  }
}

/** A run definition from JSON or YAML text. Throws CodedError with every problem. */
export function parseRun(source: string, path: string): CreateRun {
  const document = parseDocument(source, path);
  const run = CreateRun.safeParse(document);
  if (run.success) return run.data;
  throw new CodedError('VALIDATION_FAILED', `${path} is no run definition.`, issuesOf(run.error, document));
}

/** What a file holds, JSON or YAML; `-` is standard input. Throws CodedError VALIDATION_FAILED. */
export const readDocument = async (path: string): Promise<unknown> => parseDocument(await read(path), path);

/** Reads a run definition from a file, or from standard input for `-`. */
export const readRun = async (path: string): Promise<CreateRun> => parseRun(await read(path), path);
