import type { StressPlanSpec } from './stress.schema.js';

/** Enough to see what is wrong; their number is in the summary. */
const SHOWN = 10;

export interface FailedOperation {
  seed: number;
  /** Tries beyond the first. */
  retries: number;
  /** A value that differs: the run's list of mismatches names it. */
  mismatch: boolean;
  /** What it asked for. */
  statement?: string | undefined;
  /** What is known of it, in one sentence. */
  text: string;
}

interface TellerParts {
  spec: Pick<StressPlanSpec, 'errors' | 'log'>;
  /** The key that a seed stands for, as it is printed. */
  keyOf: (seed: number) => string;
  say: (message: string) => void;
}

/**
 * Says which operations of a lane failed, one by one, in the words of cassandra-stress: none with `level=minimal`, every
 * one with `level=verbose`, else the first ten. What ends the run is in the run's own failure and not said here.
 */
export class FailureTeller {
  private told = 0;

  constructor(private readonly parts: TellerParts) {}

  tell({ seed, retries, mismatch, text, statement }: FailedOperation): void {
    const { spec, keyOf, say } = this.parts;
    const level = spec.log.level ?? 'normal';
    if (level === 'minimal' || (level === 'normal' && (mismatch || !spec.errors.ignore || this.told > SHOWN))) return;
    const told = spec.log.statements === true && statement !== undefined && !mismatch ? `${statement}: ` : '';
    this.told++;
    if (level === 'normal' && this.told > SHOWN)
      say('more operations failed; -log level=verbose tells of every one, the summary has their number');
    else
      say(`Operation x${retries + 1} on key(s) [${keyOf(seed)}]: ${mismatch ? '' : 'Error executing: '}${told}${text}`);
  }
}
