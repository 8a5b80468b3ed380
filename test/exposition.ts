/** One series of a scrape. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** A scrape, checked. */
export class Exposition {
  constructor(
    readonly samples: readonly Sample[],
    readonly types: ReadonlyMap<string, string>,
  ) {}

  /** The values of the series of `name` that have all of `labels`. */
  values(name: string, labels: Readonly<Record<string, string>> = {}): number[] {
    return this.samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
      .map(({ value }) => value);
  }
}

const COMMENT = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([+-]?(?:[0-9.]+(?:e[+-]?[0-9]+)?|Inf)|NaN)$/i;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

const numberOf = (text: string): number => Number(text.replace('Inf', 'Infinity'));

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex;
    const [, name = '', value = ''] = LABEL.exec(text) ?? [];
    if (name === '') throw new Error(`expected a label at ${at} of {${text}}`);
    if (name in labels) throw new Error(`the label ${name} stands twice in {${text}}`);
    labels[name] = value.replaceAll('\\"', '"').replaceAll('\\n', '\n').replaceAll('\\\\', '\\');
  }
  return labels;
}

const seriesOf = ({ name, labels }: Sample): string =>
  `${name}${JSON.stringify(Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1)))}`;

/**
 * Reads a scrape by the rules of Prometheus' text format 0.0.4: help and type once and before the samples of a family,
 * families whole, no series twice, histogram buckets that rise to `+Inf`, which is the count. Throws what is wrong.
 */
export function parseExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const closed = new Set<string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  let open = '';
  const familyOf = (name: string): string => {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    return ['histogram', 'summary'].includes(types.get(base) ?? '') ? base : name;
  };
  const enter = (family: string) => {
    if (family === open) return;
    if (closed.has(family)) throw new Error(`the samples of ${family} do not stand together`);
    closed.add(open);
    open = family;
  };
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const comment = COMMENT.exec(line);
    if (comment) {
      const [, what, name = '', rest = ''] = comment;
      enter(name);
      const already = what === 'HELP' ? helped.has(name) : types.has(name);
      if (already) throw new Error(`${what} of ${name} stands twice`);
      if (what === 'HELP') helped.add(name);
      else if (TYPES.includes(rest)) types.set(name, rest);
      else throw new Error(`${rest} is no type`);
      continue;
    }
    const [, name, labels = '', value = ''] = SAMPLE.exec(line) ?? [];
    if (name === undefined) throw new Error(`no line of the format: ${line}`);
    const sample = { name, labels: labelsOf(labels), value: numberOf(value) };
    const family = familyOf(name);
    enter(family);
    if (!types.has(family) || !helped.has(family)) throw new Error(`${family} has no type or no help`);
    if (seen.has(seriesOf(sample))) throw new Error(`twice: ${line}`);
    if (types.get(family) === 'counter' && !(sample.value >= 0)) throw new Error(`a counter below 0: ${line}`);
    seen.add(seriesOf(sample));
    samples.push(sample);
  }
  const exposition = new Exposition(samples, types);
  for (const [family, type] of types) if (type === 'histogram') checkBuckets(exposition, family);
  return exposition;
}

function checkBuckets({ samples }: Exposition, family: string): void {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples.filter(({ name }) => name === `${family}_bucket`)) {
    const { le: _le, ...labels } = sample.labels;
    const key = seriesOf({ ...sample, name: `${family}_count`, labels });
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const counts = new Map(
    samples.filter(({ name }) => name === `${family}_count`).map((sample) => [seriesOf(sample), sample.value]),
  );
  for (const [key, buckets] of groups) {
    const bounds = buckets.map(({ labels }) => numberOf(labels['le'] ?? 'NaN'));
    if (bounds.at(-1) !== Infinity) throw new Error(`${key} has no bucket +Inf`);
    if (buckets.at(-1)?.value !== counts.get(key)) throw new Error(`${key} is not its bucket +Inf`);
    for (let at = 1; at < buckets.length; at++) {
      const rises = (bounds[at] ?? 0) > (bounds[at - 1] ?? 0);
      const grows = (buckets[at]?.value ?? 0) >= (buckets[at - 1]?.value ?? 0);
      if (!rises || !grows) throw new Error(`the buckets of ${key} do not rise`);
    }
  }
}
