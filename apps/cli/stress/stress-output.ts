import type { IntervalSnapshot } from '#libs/contract/interval.js';
import type { Mismatch } from '#libs/contract/summary.js';
import type { Target } from '#libs/contract/target.js';
import type { ThreadSearch } from '#libs/stress/thread-search.js';
import { StressText } from '#libs/stress/stress-text.js';
import type { ShardResult, TargetFacts } from '#libs/workloads/driver.js';
import type { StoredStressSpec } from '#libs/workloads/stress/stress.schema.js';
import { warmUpOperations } from '#libs/workloads/stress/warm-up.js';
import type { Terminal } from '../terminal.js';
import type { LocalEvents } from './local-run.js';

/** Enough to see what is wrong; their number is in the last line. */
const SHOWN_MISMATCHES = 10;
const KEPT_MISMATCHES = 100;

/** What cassandra-stress prints, as the run goes on: results to `line`, remarks and errors to standard error. */
export class StressOutput implements LocalEvents {
  /** What was learnt of the target. */
  facts: TargetFacts | undefined;
  /** The first ones, as many as a summary holds. */
  readonly mismatches: Mismatch[] = [];
  /** Where every interval goes besides. */
  keep: (snapshot: IntervalSnapshot) => void = () => undefined;
  private readonly text: StressText;

  constructor(
    private readonly spec: StoredStressSpec,
    private readonly target: Target,
    private readonly line: (text: string) => void,
    private readonly terminal: Terminal,
  ) {
    const { contactPoints: nodes, port, username, localDatacenter: datacenter } = target;
    this.text = new StressText(spec, { nodes, port, username, datacenter });
  }

  settings(auto: ThreadSearch | undefined): void {
    this.lines(this.text.settings(auto));
  }

  prepared(facts: TargetFacts): void {
    this.facts = facts;
    this.lines(this.text.connected(facts));
    this.lines(this.text.warmingUp(warmUpOperations({ spec: this.spec, target: this.target })));
  }

  opened(): void {
    this.line(this.text.running());
    this.line(this.text.header());
  }

  interval(snapshot: IntervalSnapshot): void {
    this.keep(snapshot);
    this.lines(this.text.interval(snapshot));
  }

  log(level: 'info' | 'warn' | 'error', message: string): void {
    if (level !== 'info') this.terminal.remark(`${level}: ${message}`);
  }

  mismatch(mismatch: Mismatch): void {
    if (this.mismatches.length < KEPT_MISMATCHES) this.mismatches.push(mismatch);
    if (this.mismatches.length > SHOWN_MISMATCHES) return;
    const { key, column, expected, found } = mismatch;
    this.terminal.remark(`key ${key} column ${column}: expected ${expected}, found ${found ?? 'nothing'}`);
  }

  started(): void {}

  /** The summary of what was measured. */
  finished(result: ShardResult): void {
    if (result.mismatches > 0)
      this.terminal.remark(`${result.mismatches} values did not come back as they were written`);
    if (this.spec.log.summary) this.lines(this.text.summary());
  }

  /** The rate and the row of everything so far. */
  whole(): { opRate: number; rows: readonly string[] } {
    return { opRate: this.text.opRate, rows: this.text.wholeRows() };
  }

  end(success: boolean): string {
    return this.text.end(success);
  }

  private lines(texts: readonly string[]): void {
    texts.forEach((text) => this.line(text));
  }
}
