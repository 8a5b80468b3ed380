import { type Command, InvalidArgumentError } from 'commander';
import type { ComparedCandidate } from '#libs/contract/comparison.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import { writeWhole } from '../whole-file.js';
import { comparisonText } from './comparison-text.js';

const percent = (text: string): number => {
  const value = Number(text.replace(/%$/, ''));
  if (text === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError(`expected a percentage such as 5, found ${text}`);
  return value;
};

/** What a build must not pass over: something got worse, or nothing can be said. */
const FAILS: ReadonlySet<ComparedCandidate['outcome']> = new Set(['worse', 'mixed', 'incomparable', 'unknown']);

interface CompareOptions {
  tolerance: number;
  html?: string;
}

/** `tidemark compare`: exit code 0 when no candidate is worse in anything, else 1. `done` is told it. */
export function addCompare(
  program: Command,
  session: (command: Command) => Session & { json: boolean },
  done: (exitCode: ExitCode) => void,
): void {
  program
    .command('compare <baseline> <candidates...>')
    .description('hold runs against a baseline; exit code 1 when one is worse, or cannot be compared')
    .option('--server <url>', 'the API (TIDEMARK_SERVER)')
    .option('--json', 'the comparison as JSON on standard output')
    .option('--tolerance <percent>', 'smaller changes are called none', percent, 2)
    .option('--html <file>', 'the same as a page, whole or not at all')
    .action(async (baseline: string, candidates: string[], options: CompareOptions, command: Command) => {
      const { remote, terminal, json } = session(command);
      const { tolerance: tolerancePercent, html } = options;
      const asked = { baseline, candidates, tolerancePercent };
      const comparison = await remote.compare(asked);
      if (html !== undefined) {
        await writeWhole(html, await remote.comparisonPage(asked));
        terminal.remark(`wrote ${html}`);
      }
      terminal.write(json ? `${JSON.stringify(comparison, null, 2)}\n` : comparisonText(comparison));
      done(comparison.candidates.some(({ outcome }) => FAILS.has(outcome)) ? EXIT.failed : EXIT.ok);
    });
}
