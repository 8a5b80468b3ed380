import { readFile } from 'node:fs/promises';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('the client is typed by the committed document: run `npm run client` after a change of it', async () => {
  const document = await readFile('openapi/openapi.json', 'utf8');
  const types = await openapiTS(document, { defaultNonNullable: false });
  expect(await readFile('libs/client/schema.ts', 'utf8')).toBe(COMMENT_HEADER + astToString(types));
});
