import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { CodedError } from '#libs/contract/coded-error.js';
import { reportPage } from '#libs/workloads/zookeeper/report/report-page.js';
import type { ReportRun } from '#libs/workloads/zookeeper/report/report-run.js';
import type { ZookeeperFiles } from './zookeeper-options.js';

/** What `tidemark zookeeper-report` reads of a folder. */
export const PICTURE = 'run.json';
const PAGE = 'report.html';

const unwritable = (path: string, error: unknown): CodedError =>
  new CodedError(
    'OUTPUT_UNWRITABLE',
    `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}; check the folder and its rights`,
  );

/** `out.csv` and `127.0.0.1_2181` -> `out-127.0.0.1_2181.csv`. */
const withPart = (path: string, part: string): string => {
  const end = extname(path);
  return `${end === '' ? path : path.slice(0, -end.length)}-${part}${end}`;
};

/** The files of a run in this process: they grow under another name and get theirs at its end. */
export class LocalFiles {
  readonly annotations: { atMs: number; label: string }[] = [];
  private readonly open = new Map<string, number>();
  /** What the report shows of the servers. */
  private readonly serverCsv = new Map<string, string>();
  private failure: CodedError | undefined;

  constructor(private readonly files: ZookeeperFiles) {}

  /** Adds to a file, by the name that the run gives it; one that nobody asked for is left out. Does not throw. */
  append(name: string, text: string): void {
    if (name.startsWith('zk-metrics-') && this.files.reportDir !== undefined)
      this.serverCsv.set(name, (this.serverCsv.get(name) ?? '') + text);
    for (const path of this.pathsOf(name)) {
      try {
        writeSync(this.descriptor(path), text);
      } catch (error) {
        this.failure ??= unwritable(path, error);
      }
    }
  }

  annotate(atMs: number, label: string): void {
    this.annotations.push({ atMs, label });
  }

  /** Gives the files their names and writes the report. Throws CodedError OUTPUT_UNWRITABLE. */
  finish(run: Omit<ReportRun, 'serverCsv' | 'annotations'>): string[] {
    const { reportDir } = this.files;
    for (const [path, descriptor] of this.open) {
      closeSync(descriptor);
      renameSync(`${path}.part`, path);
    }
    if (this.failure) throw this.failure;
    const written = [...this.open.keys()];
    if (reportDir === undefined) return written;
    const picture: ReportRun = { ...run, serverCsv: [...this.serverCsv.values()], annotations: this.annotations };
    const made = { [PICTURE]: `${JSON.stringify(picture)}\n`, [PAGE]: reportPage([picture]) };
    for (const [name, text] of Object.entries(made)) {
      const path = join(reportDir, name);
      writeWhole(path, text);
      written.push(path);
    }
    return written;
  }

  private pathsOf(name: string): string[] {
    const { metricsCsv, statsCsv, statsDistrib, reportDir } = this.files;
    const asked = name.startsWith('zk-metrics-')
      ? metricsCsv && withPart(metricsCsv, name.slice('zk-metrics-'.length).replace(/\.csv$/, ''))
      : name.startsWith('stats-')
        ? statsCsv
        : statsDistrib;
    const shown = name.replace(/^(stats|distributions)-0\./, '$1.');
    return [asked, reportDir && join(reportDir, shown)].filter((path) => path !== undefined);
  }

  private descriptor(path: string): number {
    const known = this.open.get(path);
    if (known !== undefined) return known;
    mkdirSync(dirname(path), { recursive: true });
    const descriptor = openSync(`${path}.part`, 'w');
    this.open.set(path, descriptor);
    return descriptor;
  }
}

/** A file that is there whole or not at all. Throws CodedError OUTPUT_UNWRITABLE. */
export function writeWhole(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, text);
    renameSync(`${path}.part`, path);
  } catch (error) {
    throw unwritable(path, error);
  }
}
