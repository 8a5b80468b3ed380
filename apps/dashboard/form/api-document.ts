import type { Connection } from '../connection.js';

/** A JSON Schema, as far as forms look at it. */
export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  writeOnly?: boolean;
}

interface OpenApi {
  components: { schemas: Record<string, Schema> };
  paths: Record<
    string,
    { post?: { requestBody?: { content: Record<string, { examples?: Record<string, Example> }> } } }
  >;
}

export interface Example {
  summary?: string;
  value: unknown;
}

/** The service's own description: forms are made of it, so that a new kind or field needs no change here. */
export class ApiDocument {
  constructor(private readonly document: OpenApi) {}

  /** The schema of a component. Throws RangeError for one that the document does not have. */
  component(name: string): Schema {
    const schema = this.document.components.schemas[name];
    if (schema === undefined) throw new RangeError(`the API document has no component ${name}`);
    return schema;
  }

  /** Follows a reference; what stands beside it (a description, a default) goes first. */
  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const { $ref, ...beside } = schema;
    return { ...this.resolve(this.component($ref.replace('#/components/schemas/', ''))), ...beside };
  }

  enumOf(name: string): string[] {
    return (this.component(name).enum ?? []).map(String);
  }

  /** Bodies of runs, by name. */
  get runExamples(): Readonly<Record<string, Example>> {
    return this.document.paths['/v1/runs']?.post?.requestBody?.content['application/json']?.examples ?? {};
  }
}

let loading: Promise<ApiDocument> | undefined;

/** The document is fetched once. Throws ApiProblem. */
export function loadDocument(connection: Connection): Promise<ApiDocument> {
  loading ??= connection.fetch('openapi.json').then(async (response) => {
    const document = (await response.json()) as OpenApi;
    return new ApiDocument(document);
  });
  loading.catch(() => (loading = undefined));
  return loading;
}
