import { type Command, InvalidArgumentError } from 'commander';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import { openWhole, writeWhole } from '../whole-file.js';

interface ReportOptions {
  html?: string;
  csv: boolean;
  with: string[];
  output?: string;
}

const idsOf = (text: string): string[] => {
  const ids = text.split(',').filter((id) => id !== '');
  if (ids.length === 0) throw new InvalidArgumentError(`expected runs, separated by commas, found ${text}`);
  return ids;
};

/** Writes the page into `html`, and CSV or JSON into `output` or to standard output; the page too when nothing else is asked. */
async function report(
  { remote, terminal, json }: Session & { json: boolean },
  runId: string,
  { html, csv, output, with: others }: ReportOptions,
): Promise<ExitCode> {
  if (csv && json) {
    terminal.remark('expected --csv or --json, found both: standard output takes one of them');
    return EXIT.usage;
  }
  if (output !== undefined && !csv && !json) {
    terminal.remark('expected --csv or --json with --output; the page goes where --html says');
    return EXIT.usage;
  }
  if (others.length > 0 && html === undefined && (csv || json)) {
    terminal.remark('expected --html with --with: only the page shows several runs');
    return EXIT.usage;
  }
  // An unwritable file is known before a long answer is asked for.
  const page = html === undefined ? undefined : await openWhole(html);
  try {
    if (page !== undefined) {
      await page.append(await remote.report(runId, others));
      await page.publish();
      terminal.remark(`wrote ${html}`);
    }
  } finally {
    await page?.discard();
  }
  if (!csv && !json) {
    if (page === undefined) terminal.write(await remote.report(runId, others));
    return EXIT.ok;
  }
  const text = csv ? await remote.reportCsv(runId) : await remote.reportJson(runId);
  if (output === undefined) terminal.write(text);
  else {
    await writeWhole(output, text);
    terminal.remark(`wrote ${output}`);
  }
  return EXIT.ok;
}

/** `tidemark report`: what a run has measured, as a page or for other programs. `done` is told the exit code. */
export function addReport(
  program: Command,
  session: (command: Command) => Session & { json: boolean },
  done: (exitCode: ExitCode) => void,
): void {
  program
    .command('report <run>')
    .description('the report of a run; the HTML page on standard output when nothing else is asked for')
    .option('--server <url>', 'the API (TIDEMARK_SERVER)')
    .option('--html <file>', 'the page, whole or not at all')
    .option('--with <runs>', 'other runs of its kind, laid over it in the page', idsOf, [])
    .option('--csv', 'all intervals as CSV', false)
    .option('--json', 'run, summary, annotations and intervals as JSON')
    .option('-o, --output <file>', 'where CSV or JSON goes; standard output when absent')
    .action(async (runId: string, options: ReportOptions, command: Command) => {
      done(await report(session(command), runId, options));
    });
}
