import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { Run } from '#libs/contract/run.js';
import { Summary } from '#libs/contract/summary.js';
import { World } from './harness.js';

const Result = z.object({ run: Run, summary: Summary });

let world: World;
let definition = '';
let workflow = '';

/** Runs the script of docs/ci.md as a pipeline would; answers its exit code and what it kept. */
async function nightly(yaml: string, name: string) {
  await writeFile(join(world.folder, `${name}.yaml`), yaml);
  const child = spawn('sh', ['nightly.sh', `${name}.yaml`, name], {
    cwd: world.folder,
    env: { ...process.env, PATH: `${world.folder}:${process.env['PATH']}`, TIDEMARK_SERVER: world.url },
  });
  const [out, err, [code]] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, 'exit')]);
  const kept = (file: string) => readFile(join(world.folder, name, file), 'utf8');
  return { code: Number(code), out, err, kept };
}

beforeAll(async () => {
  const page = await readFile('docs/ci.md', 'utf8');
  const blocks = [...page.matchAll(/^```(yaml|sh)\n([\s\S]*?)^```$/gm)].map(([, language, body = '']) => ({
    language,
    body,
  }));
  const [yaml = '', actions = ''] = blocks.filter(({ language }) => language === 'yaml').map(({ body }) => body);
  const [script = ''] = blocks.filter(({ language }) => language === 'sh').map(({ body }) => body);
  workflow = actions;
  world = await World.create();
  const { contactPoint } = await world.simulator();
  definition = yaml.replace('127.0.0.1:9042', contactPoint);
  expect(definition).not.toBe(yaml);
  await world.service(1);
  await writeFile(join(world.folder, 'nightly.sh'), script);
  const program = `#!/bin/sh\nexec "${process.execPath}" "${join(process.cwd(), 'dist/apps/cli/main.js')}" "$@"\n`;
  await writeFile(join(world.folder, 'tidemark'), program);
  await chmod(join(world.folder, 'tidemark'), 0o755);
});
afterAll(() => world?.stop());

describe('the nightly job of docs/ci.md', () => {
  it('passes when the run meets its thresholds, and keeps the results', async () => {
    const { code, out, err, kept } = await nightly(definition, 'good');
    expect(code, out + err).toBe(0);
    const { run, summary } = Result.parse(JSON.parse(await kept('result.json')));
    expect(run.labels).toEqual({ suite: 'nightly' });
    expect(summary.verdict).toBe('passed');
    expect(summary.thresholds.map(({ passed }) => passed)).toEqual([true, true, true]);
    expect(summary.thresholds[0]?.actual).toBeLessThan(0.5);
    expect(await kept('latency.hdr')).toMatch(/^#\[Histogram log format version 1\.3\]/m);
    expect(await kept('summary.txt')).toContain('passed');
  });

  it('fails when one is missed, says which and keeps the results', async () => {
    const { code, out } = await nightly(definition.replace('value: 300', 'value: 300000'), 'missed');
    expect(code).toBe(3);
    expect(out).toMatch(/MISSED: total ratePerSecond >= 300000, was \d/);
    expect(out).toMatch(/met: total p99Ms <= 0\.5s, was 0\.\d+s/);
  });

  it('fails before anything is started when the definition is wrong', async () => {
    const { code, err } = await nightly(definition.replace('metric: p99Ms', 'metric: report.missing'), 'wrong');
    expect(code).toBe(2);
    expect(err).toContain('thresholds[0].metric: expected a metric of stress runs');
    expect(err).toContain('p<percentile>Ms');
  });

  it('is what the workflow runs', () => {
    const Step = z.object({ run: z.string().optional() });
    const { jobs } = z
      .object({ jobs: z.record(z.string(), z.object({ steps: z.array(Step) })) })
      .parse(parse(workflow));
    expect(Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))).toEqual([
      'sh nightly.sh nightly.yaml results',
    ]);
  });
});
