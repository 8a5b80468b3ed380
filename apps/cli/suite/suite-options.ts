import { issuesOf } from '#libs/contract/issues.js';
import { CodedError } from '#libs/contract/problem.js';
import { CreateRun } from '#libs/contract/run.js';
import { nightlySuite } from '#libs/workloads/suite/nightly.js';
import { zookeeperSequence } from '#libs/workloads/suite/zookeeper-sequence.js';
import { type Document, isDocument } from '../run-file.js';
import { type TargetFlags, targetOf } from '../service/target-flags.js';

/** The flags of `tidemark suite`. */
export interface SuiteOptions extends TargetFlags {
  preset?: PresetName;
  param: readonly string[];
  name?: string;
  label: readonly string[];
}

type Params = Record<string, string | number | boolean>;

export const PRESETS = { nightly: nightlySuite, 'zookeeper-sequence': zookeeperSequence } as const;
export type PresetName = keyof typeof PRESETS;

/** `name=value` pairs; numbers and true or false are what they look like. */
export function pairsOf(pairs: readonly string[], flag: string): Params {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined) throw new CodedError('VALIDATION_FAILED', `expected ${flag} name=value, found ${pair}`);
      if (value === 'true' || value === 'false') return [name, value === 'true'];
      return [name, value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value];
    }),
  );
}

const texts = (params: Params): Record<string, string> =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));

/** A preset with its parameters. Throws CodedError VALIDATION_FAILED. */
function presetRun(name: PresetName, params: Params): Document {
  try {
    return { kind: 'suite', name, spec: PRESETS[name](params) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CodedError('VALIDATION_FAILED', `--param ${error.message}`);
  }
}

/**
 * The run that a file (a whole definition, or a suite's specification alone) or a preset stands for, flags over it. Throws
 * CodedError VALIDATION_FAILED with every problem.
 */
export function suiteRun(document: unknown, options: SuiteOptions): CreateRun {
  const params = pairsOf(options.param, '--param');
  const preset = options.preset === undefined ? undefined : presetRun(options.preset, params);
  const given: unknown =
    preset ?? (isDocument(document) && 'kind' in document ? document : { kind: 'suite', spec: document });
  const whole: Document = isDocument(given) ? given : {};
  const spec = whole['spec'];
  const target = targetOf(whole['target'], options);
  const specParams = isDocument(spec) ? spec['params'] : undefined;
  const body = {
    ...whole,
    ...(options.name !== undefined && { name: options.name }),
    ...(options.label.length > 0 && { labels: texts(pairsOf(options.label, '--label')) }),
    ...(target !== undefined && { target }),
    ...(isDocument(spec) && { spec: { ...spec, params: { ...(isDocument(specParams) && specParams), ...params } } }),
  };
  const run = CreateRun.safeParse(body);
  if (!run.success) throw new CodedError('VALIDATION_FAILED', 'this is no suite', issuesOf(run.error, body));
  if (run.data.kind !== 'suite')
    throw new CodedError(
      'VALIDATION_FAILED',
      `expected a run of kind suite, found ${run.data.kind}; tidemark run takes it`,
    );
  return run.data;
}
