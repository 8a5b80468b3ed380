import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readDocument } from '../run-file.js';
import type { Session } from '../run-commands.js';
import { resourceTable } from './resource-text.js';

/** A kind of thing that a server keeps, and what beside making and deleting can be done with one. */
interface ResourceKind {
  name: string;
  about: string;
  /** Columns of the list: fields of an item. */
  columns: readonly string[];
  /** By command: the call below the thing, and what it does. */
  actions: Readonly<Record<string, { call: string; about: string }>>;
}

const RESOURCE_KINDS: readonly ResourceKind[] = [
  {
    name: 'benchmarks',
    about: 'saved definitions',
    columns: ['id', 'name', 'version', 'createdAtMs'],
    actions: { run: { call: 'runs', about: 'start a run of it' } },
  },
  {
    name: 'schedules',
    about: 'runs at given times',
    columns: ['id', 'name', 'cron', 'timeZone', 'paused', 'nextFires'],
    actions: {
      pause: { call: 'pause', about: 'let it start nothing until it is resumed' },
      resume: { call: 'resume', about: 'let it start runs again' },
    },
  },
  { name: 'projects', about: 'teams with quotas', columns: ['id', 'name'], actions: {} },
  { name: 'webhooks', about: 'who is told of the end of runs', columns: ['id', 'name', 'url'], actions: {} },
];

interface Outside {
  session(command: Command): Session & { json: boolean };
}

/** `tidemark benchmarks`, `schedules`, `projects`, `webhooks`: the resources of a server. `done` is told the exit code. */
export function addResources(program: Command, outside: Outside, done: (exitCode: ExitCode) => void): void {
  for (const kind of RESOURCE_KINDS) addResource(program, kind, outside, done);
}

function addResource(
  program: Command,
  { name, about, columns, actions }: ResourceKind,
  outside: Outside,
  done: (exitCode: ExitCode) => void,
): void {
  const group = program.command(name).description(`${about} of a server: list, show, make, change, delete`);
  const command = (usage: string, what: string): Command =>
    group
      .command(usage)
      .description(what)
      .option('--server <url>', 'the API (TIDEMARK_SERVER)')
      .option('--json', 'the answer as JSON on standard output');
  const show = ({ terminal }: Session, thing: unknown): void => terminal.write(`${JSON.stringify(thing, null, 2)}\n`);
  const one = (usage: string, what: string, ask: (session: Session, id: string, file: string) => Promise<unknown>) =>
    command(usage, what).action(async (...words: unknown[]) => {
      const self = words.at(-1);
      const [id = '', file = ''] = words.map((word) => (typeof word === 'string' ? word : ''));
      const session = outside.session(isCommand(self) ? self : program);
      const answer = await ask(session, id, file);
      if (answer === undefined) session.terminal.remark(`${name} ${id}: done`);
      else show(session, answer);
      done(EXIT.ok);
    });

  command('list', 'list all').action(async (_options: unknown, self: Command) => {
    const session = outside.session(self);
    const items = await session.remote.resources.list(name);
    if (session.json) show(session, items);
    else session.terminal.write(`${resourceTable(items, columns)}\n`);
    done(EXIT.ok);
  });
  one('show <id>', 'all of one, as JSON', ({ remote }, id) => remote.resources.show(name, id));
  one('create <file>', 'make one from a JSON or YAML file; "-" reads standard input', async ({ remote }, file) =>
    remote.resources.create(name, await readDocument(file)),
  );
  one('update <id> <file>', 'put a JSON or YAML file in the place of one', async ({ remote }, id, file) =>
    remote.resources.update(name, id, await readDocument(file)),
  );
  one('delete <id>', 'delete one', ({ remote }, id) => remote.resources.delete(name, id));
  for (const [action, { call, about: what }] of Object.entries(actions))
    one(`${action} <id>`, what, ({ remote }, id) => remote.resources.act(name, id, call));
}

const isCommand = (value: unknown): value is Command =>
  typeof value === 'object' && value !== null && 'optsWithGlobals' in value;
