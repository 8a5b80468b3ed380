import { parseArgs } from 'node:util';

/** A number that a bench takes, `--name N`. */
export interface NumberOption {
  about: string;
  default: number;
  min: number;
}

/** What a bench takes; `--json` and `--help` it always does. */
export interface BenchUsage<Name extends string> {
  /** As npm run bench knows it. */
  name: string;
  about: string;
  numbers: Record<Name, NumberOption>;
  /** `--cassandra host:port` is taken. */
  cassandra?: boolean;
  /** `--zookeeper host:port` is taken, and `--locust folder`. */
  zookeeper?: boolean;
  /** `--kind` is one of these, the first when it is not given. */
  kinds?: readonly string[];
}

export interface BenchOptions<Name extends string> {
  json: boolean;
  cassandra: string | undefined;
  zookeeper: string | undefined;
  locust: string | undefined;
  kind: string | undefined;
  numbers: Record<Name, number>;
}

function helpText({ name, about, numbers, cassandra, zookeeper, kinds }: BenchUsage<string>): string {
  const lines = Object.entries(numbers).map(([option, { about: text, default: value }]) => [
    `--${option} N`,
    `${text} (${value})`,
  ]);
  if (kinds) lines.push(['--kind KIND', `${kinds.join(' or ')} (${kinds[0] ?? ''})`]);
  if (cassandra) lines.push(['--cassandra HOST:PORT', 'a real node, for the cases that need one']);
  if (zookeeper)
    lines.push(
      ['--zookeeper HOST:PORT', 'a real server; TIDEMARK_TEST_ZOOKEEPER when not given'],
      ['--locust FOLDER', 'Python environment with locust and kazoo; TIDEMARK_TEST_LOCUST when not given'],
    );
  lines.push(['--json', 'one JSON object a line'], ['--help', 'this text']);
  const options = lines.map(([option = '', text = '']) => `  ${option.padEnd(24)}${text}`);
  return [`Usage: npm run bench -- ${name} [options]`, '', about, '', ...options, ''].join('\n');
}

/** Parses the command line of a bench; ends the process after --help (0) and after a wrong option (2). */
export function readOptions<Name extends string>(usage: BenchUsage<Name>): BenchOptions<Name> {
  try {
    return parse(usage);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${helpText(usage)}`);
    process.exit(2);
  }
}

function parse<Name extends string>(usage: BenchUsage<Name>): BenchOptions<Name> {
  const names = Object.keys(usage.numbers);
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      ...(usage.kinds && { kind: { type: 'string' as const } }),
      ...(usage.cassandra && { cassandra: { type: 'string' as const } }),
      ...(usage.zookeeper && { zookeeper: { type: 'string' as const }, locust: { type: 'string' as const } }),
      ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    },
  });
  if (values.help === true) {
    process.stdout.write(helpText(usage));
    process.exit(0);
  }
  const given = new Map<string, unknown>(Object.entries(values));
  return {
    json: values.json === true,
    cassandra: typeof values.cassandra === 'string' ? values.cassandra : undefined,
    zookeeper: typeof values.zookeeper === 'string' ? values.zookeeper : undefined,
    kind: kindOf(usage.kinds, given.get('kind')),
    locust: typeof values.locust === 'string' ? values.locust : undefined,
    numbers: numbersOf(usage.numbers, given),
  };
}

function kindOf(kinds: readonly string[] = [], given: unknown): string | undefined {
  if (given === undefined) return kinds[0];
  if (typeof given === 'string' && kinds.includes(given)) return given;
  throw new TypeError(`--kind: expected ${kinds.join(' or ')}, found '${String(given)}'`);
}

function numbersOf<Name extends string>(
  options: Record<Name, NumberOption>,
  given: ReadonlyMap<string, unknown>,
): Record<Name, number> {
  const numbers = Object.fromEntries(
    Object.entries<NumberOption>(options).map(([name, { default: standard, min }]) => {
      const text = given.get(name);
      if (typeof text !== 'string') return [name, standard];
      if (text.trim() !== '' && Number(text) >= min) return [name, Number(text)];
      throw new TypeError(`--${name}: expected a number from ${min} on, found '${text}'`);
    }),
  );
  // The names are those of `options`, which fromEntries cannot know.
  return numbers as Record<Name, number>;
}
