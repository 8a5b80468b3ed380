import { type Command, InvalidArgumentError, Option } from 'commander';
import { DatasetSourceKind } from '#libs/contract/dataset.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import { s3Variables } from '../s3/config.js';
import { addS3Options, isS3, s3SourceInput, type S3Options } from '../s3/s3-options.js';
import { datasetTable, datasetText } from './dataset-text.js';
import { uploadFile } from './upload-files.js';

type DatasetSession = Session & { json: boolean };

const PART_BYTES = 8_388_608;

const wholeNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError(`expected a whole number, found ${text}`);
  return Number(text);
};

interface FormatOptions {
  name?: string;
  header: boolean;
  columns?: string;
  delimiter?: string;
}

const addFormat = (command: Command): Command =>
  command
    .option('--name <text>', 'for people')
    .option('--no-header', 'files begin with their first row')
    .option('--columns <names>', 'what every file must have; without a header: what its columns are')
    .option('--delimiter <char>', 'between fields; default a comma');

const formatOf = ({ name, header, columns, delimiter }: FormatOptions) => ({
  name,
  header,
  delimiter,
  columns: columns?.split(',').map((each) => each.trim()),
});

const document = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function show({ remote, terminal, json }: DatasetSession, id: string): Promise<ExitCode> {
  const dataset = await remote.datasets.get(id);
  const files = await remote.datasets.files(id);
  terminal.write(json ? document({ ...dataset, items: files }) : `${datasetText(dataset, files)}\n`);
  return EXIT.ok;
}

async function upload(
  { remote, terminal, json }: DatasetSession,
  files: readonly string[],
  options: FormatOptions & { dataset?: string; partBytes: number },
): Promise<ExitCode> {
  const { datasets } = remote;
  const id = options.dataset ?? (await datasets.register({ ...formatOf(options), source: { type: 'upload' } })).id;
  if (options.dataset === undefined) terminal.remark(`dataset ${id}: --dataset ${id} goes on with it`);
  for (const path of files) {
    const { name, parts, kept } = await uploadFile(datasets, id, path, options.partBytes);
    terminal.remark(`✓ ${name}: ${parts} parts${kept > 0 ? `, ${kept} of them were there` : ''}`);
  }
  terminal.write(json ? document(await datasets.get(id)) : `${id}\n`);
  return EXIT.ok;
}

/** `tidemark datasets`: what the server has, and how files come to it. `done` is told the exit code. */
export function addDatasets(
  program: Command,
  session: (command: Command) => DatasetSession,
  done: (exitCode: ExitCode) => void,
): void {
  const datasets = program.command('datasets').description('datasets of a server');
  const add = (usage: string, about: string): Command =>
    datasets
      .command(usage)
      .description(about)
      .option('--server <url>', 'the API (TIDEMARK_SERVER)')
      .option('--json', 'results as JSON on standard output');

  add('list', 'list datasets, newest first')
    .addOption(new Option('--source <source>', 'only these').choices(DatasetSourceKind.options))
    .option('--limit <n>', 'how many at most', wholeNumber, 50)
    .action(async (options: { source?: DatasetSourceKind; limit: number }, command: Command) => {
      const { remote, terminal, json } = session(command);
      const found = await remote.datasets.list({ source: options.source, limit: options.limit });
      terminal.write(json ? document(found) : `${datasetTable(found)}\n`);
      done(EXIT.ok);
    });
  add('show <dataset>', 'one dataset and its files').action(async (id: string, _options: unknown, command: Command) =>
    done(await show(session(command), id)),
  );
  addS3Options(
    addFormat(add('register <path>', 'files below the data root of the server, or s3://bucket/prefix/*.csv')),
  )
    .addOption(
      new Option('--packing <how>', 'of all files; by their names when absent').choices(['none', 'gzip', 'zstd']),
    )
    .option('--scan', 'read every file for rows, sizes and checksums, however large')
    .option('--no-scan', 'read headers only')
    .action(
      async (
        path: string,
        options: FormatOptions & S3Options & { packing?: string; scan?: boolean },
        command: Command,
      ) => {
        const { remote, terminal, json } = session(command);
        const source = isS3(path) ? s3SourceInput(path, options, s3Variables()) : { type: 'path', path };
        const { packing, scan } = options;
        const dataset = await remote.datasets.register({ ...formatOf(options), packing, scan, source });
        terminal.write(json ? document(dataset) : `${dataset.id}\n`);
        done(EXIT.ok);
      },
    );
  addFormat(add('upload <files...>', 'send files of this machine; what was interrupted goes on'))
    .option('--dataset <id>', 'add them to this one, or go on with it')
    .option('--part-bytes <n>', 'sent at once', wholeNumber, PART_BYTES)
    .action(
      async (files: string[], options: FormatOptions & { dataset?: string; partBytes: number }, command: Command) =>
        done(await upload(session(command), files, options)),
    );
  add('delete <dataset>', 'forget a dataset')
    .option('--files', 'and remove its files; only of generated and uploaded ones', false)
    .action(async (id: string, options: { files: boolean }, command: Command) => {
      const { remote, terminal } = session(command);
      await remote.datasets.delete(id, options.files);
      terminal.remark(`dataset ${id} is deleted`);
      done(EXIT.ok);
    });
}
