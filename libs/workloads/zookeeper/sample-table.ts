import type { ServerSample } from './server-sample.js';

/** Keys may come with every path and client: more than so many files of one server would help nobody. */
const MOST_FILES = 20;

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The row of a CSV file. */
export const csvRow = (fields: readonly (string | number)[]): string =>
  `${fields.map((one) => field(String(one))).join(',')}\n`;

/**
 * One server's samples as CSV, a column for each key. A server that shows new keys gets another file with all of them, for
 * the columns of the one before are written already.
 */
export class SampleTable {
  private keys: readonly string[] = [];
  private file = 0;

  constructor(private readonly server: string) {}

  /** The file and what is to be added to it. */
  add(atMs: number, sample: ServerSample): { name: string; text: string } {
    const isNew =
      this.file === 0 || (this.file < MOST_FILES && [...sample.keys()].some((key) => !this.keys.includes(key)));
    if (isNew) {
      this.file++;
      this.keys = [...new Set([...this.keys, ...sample.keys()])];
    }
    const head = isNew ? csvRow(['timestamp', 'host_port', ...this.keys]) : '';
    const row = csvRow([atMs, this.server, ...this.keys.map((key) => sample.get(key) ?? '')]);
    return { name: this.name, text: head + row };
  }

  private get name(): string {
    const part = this.file === 1 ? '' : `.${this.file}`;
    return `zk-metrics-${this.server.replaceAll(/[^\w.-]/g, '_')}${part}.csv`;
  }
}
