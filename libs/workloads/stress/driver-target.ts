import type { DriverClient } from '#libs/cql/driver/driver-client.js';
import type { CONSISTENCY } from '#libs/cql/protocol.js';
import type { Completion, Target } from '#libs/load/target.js';
import type { RowGenerator } from '#libs/stress/row-generator.js';
import type { FailureNotes } from './failure-notes.js';
import { OUTCOME_INDEX } from './outcome-index.js';
import { COUNTER_READ, COUNTER_WRITE, READ, WRITE } from '#libs/stress/operations.js';

export interface DriverTargetOptions {
  client: DriverClient;
  generator: RowGenerator;
  /** By operation. */
  statements: readonly string[];
  /** Draws what a counter is raised by. */
  increment: () => number;
  columnNames: readonly string[];
  consistency: keyof typeof CONSISTENCY;
  validate: boolean;
  notes: FailureNotes;
}

/** The same operations through cassandra-driver: promises and objects per operation, as that driver has them. */
export class DriverTarget implements Target {
  private completion: Completion | undefined;
  private turn: () => void = () => undefined;

  constructor(private readonly options: DriverTargetOptions) {}

  report(completion: Completion, turn: () => void): void {
    this.completion = completion;
    this.turn = turn;
  }

  fire(slot: number, operation: number, seed: number): void {
    const { client, generator, consistency, statements } = this.options;
    generator.setSeed(seed);
    const values = [...this.cells(operation), Buffer.from(generator.key)];
    client.execute(statements[operation] ?? '', values, consistency, (outcome, row, rows, message) => {
      if (outcome !== OUTCOME_INDEX.ok) this.options.notes.error(slot, outcome, message);
      const reads = operation === READ || operation === COUNTER_READ;
      const checked = outcome === OUTCOME_INDEX.ok && reads ? this.check(slot, operation, seed, row, rows) : outcome;
      this.completion?.complete(slot, checked, reads ? rows : 1);
      this.turn();
    });
  }

  retry(slot: number, operation: number, seed: number): void {
    this.fire(slot, operation, seed);
  }

  flush(): void {
    // The driver writes by itself.
  }

  private cells(operation: number): Buffer[] {
    const { generator, columnNames, increment } = this.options;
    if (operation === WRITE) return columnNames.map((_, column) => generator.expected(column));
    if (operation !== COUNTER_WRITE) return [];
    return columnNames.map(() => {
      const value = Buffer.alloc(8);
      value.writeBigInt64BE(BigInt(increment()));
      return value;
    });
  }

  private check(
    slot: number,
    operation: number,
    seed: number,
    row: { get(column: string): unknown } | undefined,
    rows: number,
  ): number {
    const { generator, columnNames, validate, notes } = this.options;
    if (!validate) return OUTCOME_INDEX.ok;
    generator.setSeed(seed);
    if (row === undefined) {
      notes.missingRow(slot, generator);
      return OUTCOME_INDEX.missing;
    }
    if (rows > 1) {
      notes.otherShape(slot, generator, rows, columnNames.length);
      return OUTCOME_INDEX.validation;
    }
    if (operation === COUNTER_READ) return OUTCOME_INDEX.ok;
    for (const [column, name] of columnNames.entries()) {
      const found = row.get(name);
      const bytes = Buffer.isBuffer(found) ? found : undefined;
      if (bytes && generator.matches(column, bytes, 0, bytes.length)) continue;
      notes.mismatch(slot, generator, column, bytes?.toString('hex') ?? null);
      return OUTCOME_INDEX.validation;
    }
    return OUTCOME_INDEX.ok;
  }
}
