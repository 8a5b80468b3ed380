import type { Draft } from './draft.js';
import { found, text, type Apply } from './option-readers.js';

/** What `-graph` says: a page of this machine, to which the run is added. */
export interface GraphOptions {
  file: string;
  title?: string | undefined;
  revision: string;
  /** Another name for the command. */
  operation?: string | undefined;
}

/** What a command line says of its own output; none of it is of the run itself. */
export interface CommandOutput {
  /** The text goes there as well. */
  logFile?: string | undefined;
  /** The shorter table of pystress in place of cassandra-stress's. */
  style: 'cassandra-stress' | 'pystress';
  graph?: GraphOptions | undefined;
  /** The header of the interval table comes again after so long. */
  headerEveryMs?: number | undefined;
}

/** That of a command which says nothing of it. */
export const PLAIN_OUTPUT: CommandOutput = { style: 'cassandra-stress' };

/** What was said so far. */
export interface OutputDraft {
  logFile?: string;
  style?: CommandOutput['style'];
  graphFile?: string;
  title?: string;
  revision?: string;
  operation?: string;
  headerEveryMs?: number;
}

const DEFAULT_REVISION = 'unknown';
const STYLES = ['cassandra-stress', 'pystress'] as const;
const LEVELS = ['minimal', 'normal', 'verbose'] as const;

const output =
  (expected: string, field: Exclude<keyof OutputDraft, 'style' | 'headerEveryMs'>): Apply =>
  (draft, value) =>
    text(expected, (into, said) => (into.output = { ...into.output, [field]: said }))(draft, value);

const style: Apply = (draft, value) => {
  const known = STYLES.find((name) => name === value?.toLowerCase());
  if (known === undefined) return `expected style=${STYLES.join(' or style=')}, found ${found(value)}`;
  draft.output = { ...draft.output, style: known };
  return undefined;
};

const level: Apply = (draft, value) => {
  const known = LEVELS.find((name) => name === value?.toLowerCase());
  if (known === undefined) return `expected level=${LEVELS.join(', ')}, found ${found(value)}`;
  draft.logLevel = known;
  return undefined;
};

/** Options of `-log` that concern the text. */
export const LOG_OUTPUT: Readonly<Record<string, Apply>> = { file: output('a file', 'logFile'), level, style };

/** Options of `-graph`. */
export const GRAPH_OPTIONS: Readonly<Record<string, Apply>> = {
  file: output('an HTML file', 'graphFile'),
  title: output('a title', 'title'),
  revision: output('a name of what is tested', 'revision'),
  op: output('a name of the operation', 'operation'),
};

/** A group without its file is refused by name; answers what is wrong, if anything. */
export const graphProblem = ({ graphFile }: OutputDraft = {}): string | undefined =>
  graphFile === undefined ? 'expected -graph file=F.html, found no file' : undefined;

export function outputOf({ output: said = {} }: Draft): CommandOutput {
  const {
    logFile,
    style: form = 'cassandra-stress',
    graphFile: file,
    title,
    revision,
    operation,
    headerEveryMs,
  } = said;
  return {
    logFile,
    style: form,
    headerEveryMs,
    graph: file === undefined ? undefined : { file, title, revision: revision ?? DEFAULT_REVISION, operation },
  };
}

/** The words of `-log` that say `output` again. */
export function logOutputWords({ logFile, style: form }: Partial<CommandOutput> = {}): string[] {
  return [
    ...(logFile === undefined ? [] : [`file=${logFile}`]),
    ...(form === undefined || form === 'cassandra-stress' ? [] : [`style=${form}`]),
  ];
}

/** The words of `-reporting` that say `output` again. */
export const reportingWords = ({ headerEveryMs }: Partial<CommandOutput> = {}): string[] =>
  headerEveryMs === undefined ? [] : ['-reporting', `header-frequency=${headerEveryMs}ms`];

/** The words of `-graph` that say `output` again; none without one. */
export function graphWords({ graph }: Partial<CommandOutput> = {}): string[] {
  if (graph === undefined) return [];
  const { file, title, revision, operation } = graph;
  return [
    '-graph',
    `file=${file}`,
    ...(title === undefined ? [] : [`title=${title}`]),
    `revision=${revision}`,
    ...(operation === undefined ? [] : [`op=${operation}`]),
  ];
}
