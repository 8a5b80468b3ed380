import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ApiKey, Role } from '#libs/contract/api-key.js';
import { systemClock } from '#libs/load/clock.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { Session } from '../run-commands.js';
import { keyTable } from './key-text.js';

const DAY_MS = 86_400_000;

const days = (text: string): number => {
  const match = /^(\d{1,5})d$/.exec(text);
  if (!match || Number(match[1]) === 0) throw new InvalidArgumentError(`expected days such as 90d, found ${text}`);
  return Number(match[1]) * DAY_MS;
};

interface Outside {
  session(command: Command): Session & { json: boolean };
}

interface CreateOptions {
  role: ApiKey['role'];
  project?: string;
  expires?: number;
}

/** `tidemark keys`: makes, lists and revokes the API keys of a server. `done` is told the exit code. */
export function addKeys(program: Command, outside: Outside, done: (exitCode: ExitCode) => void): void {
  const keys = program.command('keys').description('make, list and revoke API keys of a server');
  const command = (usage: string, about: string): Command =>
    keys
      .command(usage)
      .description(about)
      .option('--server <url>', 'the API (TIDEMARK_SERVER)')
      .option('--json', 'the answer as JSON on standard output');

  command('create <name>', 'make a key; it is printed this once')
    .addOption(new Option('--role <role>', 'what it may do').choices(Role.options).makeOptionMandatory())
    .option('--project <id>', 'the only project that it sees; every project when absent')
    .option('--expires <days>', 'such as 90d; never when absent', days)
    .action(async (name: string, { role, project, expires }: CreateOptions, self: Command) => {
      const { remote, terminal, json } = outside.session(self);
      const expiresAtMs = expires === undefined ? undefined : Math.round(systemClock.epochMs() + expires);
      const made = await remote.createKey({ name, role, projectId: project, expiresAtMs });
      terminal.remark(`key ${made.id}, ${made.role}: keep it, it is not shown again`);
      terminal.write(json ? `${JSON.stringify(made, null, 2)}\n` : `${made.key ?? ''}\n`);
      done(EXIT.ok);
    });
  command('list', 'list keys, newest first').action(async (_: unknown, self: Command) => {
    const { remote, terminal, json } = outside.session(self);
    const all = await remote.keys();
    terminal.write(json ? `${JSON.stringify(all, null, 2)}\n` : `${keyTable(all, systemClock.epochMs())}\n`);
    done(EXIT.ok);
  });
  command('revoke <id>', 'revoke a key, at once and for good').action(async (id: string, _: unknown, self: Command) => {
    const { remote, terminal } = outside.session(self);
    await remote.revokeKey(id);
    terminal.remark(`key ${id} is revoked`);
    done(EXIT.ok);
  });
}
