import type { SwaggerDocumentOptions } from '@nestjs/swagger';
import { z } from 'zod';

type Converter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;
type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

const DEFINITION = '#/$defs/';
const REFERENCE = new RegExp(`"${DEFINITION.replaceAll('$', '\\$')}([^"]+)"`, 'g');

/** One schema both ways, and which of its definitions differ between them. */
interface Shapes {
  input: { root: Node; definitions: Node };
  output: { root: Node; definitions: Node };
  differing: ReadonlySet<string>;
}

/** Many routes name one schema, and to convert it is most of what an API's start costs. */
const known = new WeakMap<z.ZodType, Shapes>();

function shapesOf(schema: z.ZodType): Shapes {
  const found = known.get(schema);
  if (found) return found;
  const [input, output] = [convert(schema, 'input'), convert(schema, 'output')];
  const shapes = { input, output, differing: differingOf(input.definitions, output.definitions) };
  known.set(schema, shapes);
  return shapes;
}

/** Names of definitions that are not the same both ways; the parent of one that differs differs too. */
function differingOf(input: Node, output: Node): Set<string> {
  const differing = new Set<string>();
  const parents = new Map<string, string[]>();
  for (const name of new Set([...Object.keys(input), ...Object.keys(output)])) {
    const texts = [JSON.stringify(input[name]), JSON.stringify(output[name])];
    if (texts[0] !== texts[1]) differing.add(name);
    for (const text of texts)
      for (const [, child = ''] of text?.matchAll(REFERENCE) ?? [])
        parents.set(child, [...(parents.get(child) ?? []), name]);
  }
  // A set hands out what is added while it is gone through.
  for (const name of differing) for (const parent of parents.get(name) ?? []) differing.add(parent);
  return differing;
}

/** OpenAPI names the field that tells a union's branches apart; JSON Schema has no word for it. */
function convert(schema: z.ZodType, io: 'input' | 'output'): { root: Node; definitions: Node } {
  const {
    $schema: _,
    $defs,
    ...root
  } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type === 'union' && 'discriminator' in def && Array.isArray(jsonSchema.oneOf))
        jsonSchema['discriminator'] = { propertyName: def.discriminator };
      if (def.type === 'number') dropSafeBounds(jsonSchema);
      delete jsonSchema['id'];
    },
  });
  return { root, definitions: isNode($defs) ? $defs : {} };
}

/** Every zod integer carries the bounds of a double; they tell a reader nothing. */
function dropSafeBounds(schema: Node): void {
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
}

/**
 * Publishes a component as `XInput` wherever its request shape differs from its response shape: a default makes a field
 * optional on the way in and certain on the way out, and one name can stand for one of them only.
 */
export const nameComponents: Converter = (schema, { schemaType }) => {
  if (!(schema instanceof z.ZodType)) return undefined;
  const { differing, ...shapes } = shapesOf(schema);
  const { root, definitions } = shapes[schemaType];
  const names = Object.keys(definitions);
  const published = (name: string) => (schemaType === 'input' && differing.has(name) ? `${name}Input` : name);
  const relink = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(relink);
    if (!isNode(node)) return node;
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) =>
        key === '$ref' && typeof value === 'string'
          ? [key, `#/components/schemas/${published(value.replace(DEFINITION, ''))}`]
          : [key, relink(value)],
      ),
    );
  };
  const components = Object.fromEntries(names.map((name) => [published(name), relink(definitions[name])]));
  const named = (node: unknown) => nameBranches(node, components);
  return { schema: named(relink(root)), components: mapValues(components, named) };
};

const mapValues = (node: Node, change: (value: unknown) => unknown): Node =>
  Object.fromEntries(Object.entries(node).map(([key, value]) => [key, change(value)]));

/** Completes a union's discriminator with the value that stands for each branch; inline branches cannot have one. */
function nameBranches(node: unknown, components: Node): unknown {
  if (Array.isArray(node)) return node.map((inner) => nameBranches(inner, components));
  if (!isNode(node)) return node;
  const { discriminator, ...rest } = node;
  const changed = mapValues(rest, (value) => nameBranches(value, components));
  const mapping = isNode(discriminator)
    ? mappingOf(node['oneOf'], String(discriminator['propertyName']), components)
    : {};
  return Object.keys(mapping).length > 0 && isNode(discriminator)
    ? { ...changed, discriminator: { ...discriminator, mapping } }
    : changed;
}

function mappingOf(branches: unknown, propertyName: string, components: Node): Record<string, string> {
  const mapping: Record<string, string> = {};
  for (const branch of Array.isArray(branches) ? branches : []) {
    const ref: unknown = isNode(branch) ? branch['$ref'] : undefined;
    if (typeof ref !== 'string') return {};
    const component = components[ref.replace('#/components/schemas/', '')];
    const properties = isNode(component) ? component['properties'] : undefined;
    const property = isNode(properties) ? properties[propertyName] : undefined;
    if (isNode(property)) mapping[String(property['const'])] = ref;
  }
  return mapping;
}
