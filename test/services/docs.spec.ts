import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { RUN_EXAMPLES } from '../../apps/api/docs/run-examples.js';
import { RunPage } from '../../apps/api/runs/runs.schema.js';
import { startTestApi } from '../api-server.js';

const executablePath = process.env['TIDEMARK_TEST_CHROMIUM'];

describe.skipIf(executablePath === undefined)('Swagger UI in Chromium', () => {
  it('starts a run from every example and breaks no content security rule', async () => {
    const api = await startTestApi();
    const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${api.url}/docs`);
      const operation = page.locator('#operations-runs-createRun');
      await operation.locator('button.opblock-summary-control').click();
      await operation.locator('.try-out__btn').click();
      for (const { summary, value } of Object.values(RUN_EXAMPLES)) {
        await operation.locator('.examples-select select').first().selectOption({ label: summary });
        const answered = page.waitForResponse((response) => response.request().method() === 'POST');
        await operation.locator('button.execute').click();
        expect((await answered).status(), summary).toBe(201);
        const { items } = RunPage.parse((await api.get('/v1/runs?limit=200')).json);
        expect(items.map(({ name }) => name)).toContain(value.name);
      }
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
      await api.close();
    }
  });
});
