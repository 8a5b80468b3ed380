import type { ApiDocument, Schema } from './api-document.js';

export type Scalar = string | number | boolean;

/** What a form asks for; made of a schema, with what lies below made when it is looked at. */
export type Field = About &
  (
    | { type: 'text'; secret: boolean; long: boolean; pattern: string | undefined }
    | { type: 'number'; whole: boolean; least: number | undefined; most: number | undefined }
    | { type: 'choice'; values: readonly Scalar[] }
    | { type: 'fixed'; value: Scalar }
    | { type: 'object'; properties: () => readonly Property[] }
    | { type: 'list'; item: () => Field }
    | { type: 'record'; keys: readonly string[]; value: () => Field }
    | { type: 'union'; branches: () => readonly Branch[] }
    /** Whatever JSON: the schema says no more. */
    | { type: 'json' }
  );

export type FieldType = Field['type'];
export type FieldOf<Type extends FieldType> = Extract<Field, { type: Type }>;

interface About {
  description: string | undefined;
  /** What the service takes when nothing is said. */
  default: unknown;
}

export interface Property {
  name: string;
  required: boolean;
  field: Field;
}

export interface Branch {
  name: string;
  field: Field;
}

/** Longer texts get several lines. */
const LONG_TEXT = 8192;

/** The field of a schema. */
export function fieldOf(document: ApiDocument, given: Schema): Field {
  const schema = document.resolve(given);
  const about = { description: schema.description, default: schema.default };
  const branches = branchesOf(schema);
  const [only] = branches;
  if (branches.length === 1 && only !== undefined) return { ...fieldOf(document, only), ...defined(about) };
  if (branches.length > 1)
    return { ...about, type: 'union', branches: () => branches.map((one) => branchOf(document, one)) };
  if (schema.const !== undefined) return { ...about, type: 'fixed', value: scalarOf(schema.const) };
  if (schema.enum !== undefined) return enumField(schema.enum.map(scalarOf), about);
  return MAKERS[typeOf(schema)]?.(document, schema, about) ?? { ...about, type: 'json' };
}

type Maker = (document: ApiDocument, schema: Schema, about: About) => Field;

const numberField =
  (whole: boolean): Maker =>
  (_document, { minimum, exclusiveMinimum, maximum }, about) => ({
    ...about,
    type: 'number',
    whole,
    least: minimum ?? exclusiveMinimum,
    most: maximum,
  });

const MAKERS: Readonly<Record<string, Maker>> = {
  string: (_document, { writeOnly, maxLength = 0, pattern }, about) => {
    return { ...about, type: 'text', secret: writeOnly === true, long: maxLength > LONG_TEXT, pattern };
  },
  number: numberField(false),
  integer: numberField(true),
  boolean: (_document, _schema, about) => ({ ...about, type: 'choice', values: [true, false] }),
  array: (document, { items }, about) =>
    items === undefined ? { ...about, type: 'json' } : { ...about, type: 'list', item: () => fieldOf(document, items) },
  object: objectField,
};

function objectField(document: ApiDocument, schema: Schema, about: About): Field {
  const { properties, required = [], additionalProperties, propertyNames } = schema;
  const isOpen = typeof additionalProperties === 'object' || additionalProperties === true;
  if (properties !== undefined && !isOpen) {
    const propertyOf = ([name, inner]: [string, Schema]): Property => ({
      name,
      required: required.includes(name),
      field: fieldOf(document, inner),
    });
    return { ...about, type: 'object', properties: () => Object.entries(properties).map(propertyOf) };
  }
  // Values of any shape, or names beside those that are known, are written as JSON.
  if (properties !== undefined || typeof additionalProperties !== 'object') return { ...about, type: 'json' };
  if (Object.keys(additionalProperties).length === 0) return { ...about, type: 'json' };
  const keys = (propertyNames?.enum ?? []).map(String);
  return { ...about, type: 'record', keys, value: () => fieldOf(document, additionalProperties) };
}

function enumField(values: readonly Scalar[], about: About): Field {
  const [first] = values;
  return values.length === 1 && first !== undefined
    ? { ...about, type: 'fixed', value: first }
    : { ...about, type: 'choice', values };
}

/** Of a union; null is no branch, since a field that is left empty says the same. */
const branchesOf = ({ oneOf, anyOf }: Schema): readonly Schema[] =>
  (oneOf ?? anyOf ?? []).filter(({ type }) => type !== 'null');

/** A branch is called by the constant that tells it apart, else by its component, else by what it is. */
function branchOf(document: ApiDocument, schema: Schema): Branch {
  const field = fieldOf(document, schema);
  const fixed =
    field.type === 'object' ? field.properties().find((property) => property.field.type === 'fixed') : undefined;
  if (fixed?.field.type === 'fixed') return { name: String(fixed.field.value), field };
  const component = schema.$ref?.replace('#/components/schemas/', '').replace(/Input$/, '');
  return { name: component === undefined ? NAMES[field.type](field) : words(component), field };
}

const NAMES: Readonly<Record<FieldType, (field: Field) => string>> = {
  text: () => 'text',
  number: () => 'number',
  choice: (field) => (field.type === 'choice' ? field.values.join(', ') : ''),
  fixed: (field) => (field.type === 'fixed' ? String(field.value) : ''),
  object: (field) =>
    field.type === 'object'
      ? field
          .properties()
          .map(({ name }) => name)
          .join(', ')
      : '',
  list: () => 'list',
  record: () => 'names and values',
  union: () => 'one of several',
  json: () => 'JSON',
};

/** StressPlanSpec -> stress plan spec. */
const words = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();

function typeOf({ type, properties, additionalProperties }: Schema): string {
  const named = typeof type === 'string' ? type : type?.find((one) => one !== 'null');
  return named ?? (properties !== undefined || additionalProperties !== undefined ? 'object' : '');
}

const scalarOf = (value: unknown): Scalar =>
  typeof value === 'number' || typeof value === 'boolean' ? value : String(value);

/** What stands beside a union of one branch goes before what the branch says. */
const defined = (about: About): Partial<About> =>
  Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
