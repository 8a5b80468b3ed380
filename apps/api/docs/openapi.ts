import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Problem, type ProblemCode } from '#libs/contract/problem.js';
import { RunEvent } from '#libs/contract/event.js';
import { problemResponse } from '../problem/problems.decorator.js';
import { nameComponents } from './component-names.js';
import { RUN_EXAMPLES } from './run-examples.js';

const DESCRIPTION = `Benchmarks as a service: post a run, executors generate the load, every second is kept as mergeable histograms.

Every error is \`application/problem+json\` with a \`code\`, one sentence that names cause and fix, and, for inputs, every problem at once.`;

/** Shapes that no route names by itself. */
const EXTRA_SCHEMAS = [Problem, RunEvent];

/** The OpenAPI 3.1 document of the API. */
export function buildDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tidemark')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'key', description: 'TIDEMARK_API_KEY, where one is set' },
      'key',
    )
    .addSecurityRequirements('key')
    .addServer('/');
  const document = SwaggerModule.createDocument(app, builder.build(), {
    standardSchemaConverter: nameComponents,
  });
  const components = (document.components ??= {});
  const schemas = (components.schemas ??= {});
  for (const schema of EXTRA_SCHEMAS)
    for (const [name, definition] of Object.entries(nameComponents(schema, { schemaType: 'output' })?.components ?? {}))
      schemas[name] ??= definition;
  for (const item of Object.values(document.paths))
    for (const operation of [item.get, item.post, item.put, item.patch, item.delete])
      if (operation !== undefined) addCommonProblems(operation);
  for (const path of ['/v1/runs', '/v1/runs/validate']) addRunExamples(document, path);
  return document;
}

/** What every route can answer besides its own problems. */
const COMMON_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  401: 'UNAUTHENTICATED',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL',
};

function addCommonProblems(operation: { responses: Record<string, unknown> }): void {
  for (const [status, code] of Object.entries(COMMON_PROBLEMS)) {
    const own = operation.responses[status];
    if (own === undefined) operation.responses[status] = problemResponse([code]);
  }
}

function addRunExamples(document: OpenAPIObject, path: string): void {
  const body = document.paths[path]?.post?.requestBody;
  const content = body !== undefined && 'content' in body ? body.content['application/json'] : undefined;
  if (content === undefined) throw new Error(`POST ${path} documents no JSON body to show examples for`);
  content.examples = RUN_EXAMPLES;
}
