import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CodedError } from '#libs/contract/coded-error.js';
import { reportPage } from '#libs/workloads/zookeeper/report/report-page.js';
import type { ReportRun } from '#libs/workloads/zookeeper/report/report-run.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Terminal } from '../terminal.js';
import { PICTURE, writeWhole } from './local-files.js';

/** What `tidemark zookeeper --report-dir` has left in a folder, called as the folder. Throws CodedError. */
function readPicture(folder: string): ReportRun {
  const file = join(folder, PICTURE);
  try {
    const read: ReportRun = JSON.parse(readFileSync(file, 'utf8'));
    return { ...read, label: basename(resolve(folder)) };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CodedError(
      'INPUT_UNREADABLE',
      `${file} cannot be read: ${cause}; expected a folder that tidemark zookeeper --report-dir has written`,
    );
  }
}

/** `tidemark zookeeper-report`: several runs laid over each other in one page. */
export function addZookeeperReport(program: Command, terminal: Terminal, done: (exitCode: ExitCode) => void): void {
  program
    .command('zookeeper-report')
    .description('one HTML page over several runs that tidemark zookeeper --report-dir has made')
    .argument('<folders...>', 'their report folders')
    .option('-o, --output <file>', 'the page', 'report.html')
    .action((folders: string[], { output }: { output: string }) => {
      writeWhole(output, reportPage(folders.map(readPicture)));
      terminal.write(`${output}\n`);
      done(EXIT.ok);
    });
}
