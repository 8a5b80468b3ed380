import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { parseApiConfig } from '../config.js';
import { buildDocument } from './openapi.js';

/** The text of `openapi/openapi.json`. Only the routes are read: nothing is opened, so no store is needed. */
export async function describeApi(): Promise<string> {
  const app = await NestFactory.create(
    AppModule.of({ config: parseApiConfig({}), nowMs: () => 0, lookup: async () => [] }),
    {
      preview: true,
      logger: false,
    },
  );
  return `${JSON.stringify(buildDocument(app), null, 2)}\n`;
}
