import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import type { Issue } from '#libs/contract/problem.js';
import type { Environment } from '#libs/contract/settings.js';

const MS_PER_S = 1_000;

/** A setting of a command that has a value. */
export interface Setting {
  flag: string;
  /** As commander shows it. */
  usage: string;
  about: string;
  /** The environment variable of the tool that the command replaces. */
  variable?: string;
  /** That tool's default, where ours is not the same. */
  default?: string;
  /** Where it stands in the specification or the target. */
  field?: string;
}

/** Gives the command a flag for each setting. */
export function addSettings(command: Command, settings: Readonly<Record<string, Setting>>): Command {
  for (const { flag, usage, about, variable } of Object.values(settings))
    command.option(`${flag} ${usage}`, variable === undefined ? about : `${about} (${variable})`);
  return command;
}

/** Takes each setting from its flag, else from the first environment that has it, else its default; what is empty in an environment counts as absent. */
export class GivenSettings<Name extends string> {
  readonly issues: Issue[] = [];

  constructor(
    private readonly settings: Readonly<Record<Name, Setting>>,
    private readonly flags: Readonly<Partial<Record<Name, string>>>,
    private readonly environments: readonly Environment[],
  ) {}

  text(name: Name): string | undefined {
    const { variable, default: usual } = this.settings[name];
    return this.flags[name] ?? (variable === undefined ? undefined : this.variable(variable)) ?? usual;
  }

  /** Of the environments, also one that no flag stands for. */
  variable(name: string): string | undefined {
    return this.environments.map((one) => one[name]).find((text) => text !== undefined && text !== '');
  }

  number(name: Name, text = this.text(name)): number | undefined {
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value)) return value;
    return this.refuse(name, `expected a number, found ${text}`);
  }

  /** Of a setting in seconds, the milliseconds. */
  secondsAsMs(name: Name): number | undefined {
    const seconds = this.number(name);
    return seconds === undefined ? undefined : Math.round(seconds * MS_PER_S);
  }

  /** The text of the file that is named. */
  file(name: Name): string | undefined {
    const path = this.text(name);
    if (path === undefined) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return this.refuse(name, `expected a file that can be read, found ${cause}`);
    }
  }

  /** The object in the JSON file that is named. */
  json(name: Name): Record<string, unknown> | undefined {
    const text = this.file(name);
    if (text === undefined) return undefined;
    try {
      const read: unknown = JSON.parse(text);
      if (typeof read === 'object' && read !== null && !Array.isArray(read)) return { ...read };
      return this.refuse(name, 'expected an object in JSON');
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return this.refuse(name, `expected a file of JSON, found ${cause}`);
    }
  }

  refuse(name: Name, message: string): undefined {
    this.issues.push({ path: this.settings[name].flag, message });
    return undefined;
  }

  /** Problems of fields, under the flags that stand for them. */
  named(issues: readonly Issue[]): Issue[] {
    const fields = Object.values<Setting>(this.settings)
      .flatMap(({ flag, field }) => (field === undefined ? [] : [{ flag, field }]))
      .toSorted((one, other) => other.field.length - one.field.length);
    return issues.map(({ path, message }) => {
      const inSpec = path.replace(/^(spec|target)\./, '');
      return { path: fields.find(({ field }) => inSpec.startsWith(field))?.flag ?? path, message };
    });
  }
}

/** Without what nobody has said. */
export const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Names with commas between them. */
export const listed = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
