import type { SwaggerDocumentOptions } from '@nestjs/swagger';
import { z } from 'zod';

type Converter = NonNullable<SwaggerDocumentOptions['standardSchemaConverter']>;
type Node = Record<string, unknown>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

const DEFINITION = '#/$defs/';
const refersTo = (node: unknown, name: string): boolean => JSON.stringify(node).includes(`"${DEFINITION}${name}"`);

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
  const shapes = { input: convert(schema, 'input'), output: convert(schema, 'output') };
  const { root, definitions } = shapes[schemaType];
  const names = Object.keys(definitions);
  const differing = new Set(
    names.filter(
      (name) => JSON.stringify(shapes.input.definitions[name]) !== JSON.stringify(shapes.output.definitions[name]),
    ),
  );
  // A parent of a differing component differs too: repeat until nothing is added.
  for (let size = -1; size !== differing.size;) {
    size = differing.size;
    for (const name of names)
      if ([...differing].some((other) => refersTo(definitions[name], other))) differing.add(name);
  }
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
