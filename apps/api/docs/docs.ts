import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import type { OpenAPIObject } from '@nestjs/swagger';
import swaggerUi from 'swagger-ui-express';

/** Serves the document at /openapi.json and Swagger UI at /docs. */
export function serveDocs(app: NestExpressApplication, document: OpenAPIObject): void {
  app.use('/openapi.json', (_request: Request, response: Response) => response.json(document));
  app.use('/docs', swaggerUi.serve, swaggerUi.setup(document, { customSiteTitle: 'Tidemark API' }));
}
