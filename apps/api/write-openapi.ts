import { mkdir, writeFile } from 'node:fs/promises';
import { describeApi } from './docs/describe-api.js';

/** Writes the document that the repository keeps; run it after a change of the API. */
await mkdir('openapi', { recursive: true });
await writeFile('openapi/openapi.json', await describeApi());
