import { CodedError } from '#libs/contract/coded-error.js';
import { issuesOf } from '#libs/contract/issues.js';
import type { Issue } from '#libs/contract/problem.js';
import { nearest } from '#libs/stress/words.js';
import { StressPlanSpec } from '#libs/workloads/stress/stress.schema.js';
import type { ScyllaBenchTarget } from './scylla-bench-line.js';
import { cutShellWords } from './go-flags.js';
import { ycsbProblems } from './ycsb-check.js';
import { rowsOf } from './ycsb.js';
import { YCSB_PROPERTIES, type YcsbDraft } from './ycsb-properties.js';
import { formOfYcsb } from './ycsb-draft.js';

/** Answers the text of a workload file, or undefined when there is none of this name. */
export type FileText = (path: string) => string | undefined;

export interface ParsedYcsb {
  spec: StressPlanSpec;
  target: ScyllaBenchTarget & { port?: number | undefined };
  notes: string[];
}

const BINDINGS = ['cassandra-cql', 'cassandra2-cql', 'scylla'];
/** Core workloads by the name of their file; such a file is not needed here. */
const CORE = /(?:^|[\\/])workload([a-f])$/i;

/** Lines of a Java properties file. */
const readProperties = (text: string): [string, string][] =>
  text
    .split(/\r?\n/)
    .map((line) => /^\s*([^#!\s:=][^\s:=]*)\s*[:=\s]\s*(.*?)\s*$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name = '', value = '']) => [name, value]);

interface Words {
  properties: Map<string, string>;
  workload: string | undefined;
  phase: string | undefined;
}

/** Reads the words: files come before what the line itself says, whatever their order. */
function readWords(line: string, fileText: FileText, issues: Issue[]): Words {
  const words = cutShellWords(line);
  if (!words) issues.push({ path: 'command', message: 'expected every quote to be closed' });
  const [first = '', ...others] = words ?? [];
  const all = /(^|\/)ycsb(\.sh|\.bat)?$/.test(first) ? others : [first, ...others];
  const said: [string, string][] = [];
  const files: [string, string][] = [];
  let phase: string | undefined;
  let workload: string | undefined;
  const complain = (path: string, message: string): void => void issues.push({ path, message });
  const say = (word: string): void => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined) complain('-p', 'expected name=value, found another word');
    else said.push([name, value]);
  };
  const read = (path: string): void => {
    const text = fileText(path);
    const core = CORE.exec(path)?.[1];
    if (text !== undefined) files.push(...readProperties(text));
    else if (core === undefined) complain('-P', `expected a file, or workloads/workloada to workloadf; found ${path}`);
    else {
      workload = core.toUpperCase();
      files.push(['recordcount', '1000'], ['operationcount', '1000']);
    }
  };
  const valued: Readonly<Record<string, (value: string) => void>> = {
    '-P': read,
    '-p': say,
    '-threads': (value) => say(`threadcount=${value}`),
    '-target': (value) => say(`target=${value}`),
    '-l': () => complain('-l', 'is refused: runs have labels over the API'),
    '-db': (value) => {
      if (!/Cassandra|Scylla/i.test(value)) complain('-db', `expected a binding for Cassandra, found ${value}`);
    },
  };
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? '';
    const reader = Object.hasOwn(valued, word) ? valued[word] : undefined;
    if (reader !== undefined) {
      const value = all[++at];
      if (value === undefined) complain(word, 'expected a value, found nothing');
      else reader(value);
    } else if (word === 'load' || word === '-load') phase = 'load';
    else if (word === 'run' || word === '-t') phase = 'run';
    else if (word !== '-s' && !BINDINGS.includes(word) && word !== '') {
      const hint = word.startsWith('-') ? '-P, -p, -threads, -target, -s' : `load or run, ${BINDINGS.join(', ')}`;
      complain('command', `expected one of ${hint}, found ${/password/i.test(line) ? 'another word' : word}`);
    }
  }
  if (phase === undefined) complain('command', 'expected load or run, found neither');
  return { properties: new Map([...files, ...said]), workload, phase };
}

function readDraft({ properties, workload, phase }: Words, issues: Issue[]): YcsbDraft {
  const draft: YcsbDraft = { spec: { phase, workload }, shares: {}, scanLength: {}, connection: {} };
  for (const [name, value] of properties) {
    const property = Object.hasOwn(YCSB_PROPERTIES, name) ? YCSB_PROPERTIES[name] : undefined;
    const meant = property ? undefined : nearest(name, Object.keys(YCSB_PROPERTIES));
    const unknown = `unknown property${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    const problem = property ? property(draft, value)?.message : unknown;
    if (problem !== undefined) issues.push({ path: name, message: problem });
  }
  if (!properties.has('recordcount'))
    issues.push({ path: 'recordcount', message: 'expected the number of rows, found nothing' });
  if (phase === 'run' && draft.operations === undefined && draft.durationMs === undefined)
    issues.push({ path: 'operationcount', message: 'expected a number, or maxexecutiontime; found neither' });
  if ((draft.username === undefined) !== (draft.password === undefined))
    issues.push({ path: 'cassandra.username', message: 'expected username and password together, found one' });
  return draft;
}

/** The rows of a load are its operations. */
const ended = (spec: StressPlanSpec): StressPlanSpec =>
  spec.ycsb?.phase === 'load' && spec.stop.type === 'operations'
    ? { ...spec, stop: { type: 'operations', count: rowsOf(spec.ycsb) } }
    : spec;

/**
 * Reads a line of YCSB, `load` or `run` with its properties, into the structured form. Throws CodedError VALIDATION_FAILED with
 * every problem at once. Properties that are not known here are refused.
 */
export function parseYcsbCommand(line: string, fileText: FileText = () => undefined): ParsedYcsb {
  const issues: Issue[] = [];
  const draft = readDraft(readWords(line, fileText, issues), issues);
  const form = formOfYcsb(draft);
  const parsed = StressPlanSpec.safeParse(form);
  const spec = parsed.data && ended(parsed.data);
  const complaints = parsed.success
    ? spec?.ycsb
      ? [...ycsbProblems(spec.ycsb, spec)]
      : []
    : issuesOf(parsed.error, form);
  if (issues.length === 0) issues.push(...complaints);
  if (spec === undefined || issues.length > 0) {
    const text = issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new CodedError('VALIDATION_FAILED', `the YCSB command cannot be run: ${text}`, issues);
  }
  const { contactPoints, port, username, password, localDatacenter } = draft;
  const tls = draft.tls === true ? { tls: { verify: true } } : {};
  return { spec, target: { contactPoints, port, username, password, localDatacenter, ...tls }, notes: [] };
}
