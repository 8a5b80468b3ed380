import Papa from 'papaparse';
import { expect } from 'vitest';
import { z } from 'zod';
import { IntervalStats } from '#libs/contract/interval.js';
import { Run } from '#libs/contract/run.js';
import { Summary } from '#libs/contract/summary.js';
import { countText } from '#libs/report/number-text.js';

const JsonReport = z.object({ run: Run, summary: Summary, intervals: z.array(IntervalStats) });

/** Holds the three forms of a run's report against its summary; answers the page, for what only its kind has. */
export async function expectReports(url: string, id: string): Promise<string> {
  const text = async (form: string) => {
    const answer = await fetch(`${url}/v1/runs/${id}/${form}`);
    expect(answer.status, form).toBe(200);
    return answer.text();
  };
  const { run, summary, intervals } = JsonReport.parse(JSON.parse(await text('report.json')));
  const { data } = Papa.parse<Record<string, string>>(await text('report.csv'), { header: true, skipEmptyLines: true });
  const page = await text('report');
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  for (const [operation, { completed, failed, dropped }] of Object.entries(summary.operations)) {
    const told = { completed, failed, dropped };
    for (const name of ['completed', 'failed', 'dropped'] as const) {
      const ofJson = intervals.filter((row) => row.operation === operation).map((row) => row[name]);
      expect(sum(ofJson), `${operation} ${name} of report.json`).toBe(told[name]);
      const ofCsv = data.filter((row) => row['operation'] === operation).map((row) => Number(row[name]));
      expect(sum(ofCsv), `${operation} ${name} of report.csv`).toBe(told[name]);
    }
    if (operation === 'total' || completed === 0) continue;
    const [, row = ''] = page.match(new RegExp(`<td>${operation}</td>(<td>.*?)</tr>`)) ?? [];
    const cells = [...row.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell);
    expect(cells.slice(1, 4), `${operation} of the page`).toEqual([completed - failed, failed, dropped].map(countText));
  }
  expect(page).toContain(`<small>Validity</small><b>${run.validity?.level}</b>`);
  if (run.simulated === true) expect(page).toContain('<b>simulated</b>');
  expect(page.includes('<script') || /(src|href)="https?:/.test(page), 'scripts, or requests to elsewhere').toBe(false);
  return page;
}
