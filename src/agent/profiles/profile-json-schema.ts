import { z } from 'zod';
import { extendsSchema, profileSchema } from './profile';

type Schema = Record<string, unknown>;

/**
 * The JSON Schema of a profile file, for editors: completion, descriptions, faults while typing. A file with
 * `extends` may leave out at every level what its base has; a file without may not.
 */
export function profileJsonSchema(): Schema {
  const file = z.toJSONSchema(profileSchema.extend({ extends: extendsSchema.optional() }), { io: 'input' });
  const { $schema, ...whole } = file as Schema;
  return {
    $schema,
    title: 'Agent profile of jovo-telephony',
    description: 'Who answers the phone. Explained in docs/profiles.md.',
    ...withoutRequired(whole),
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    ...{ if: { not: { required: ['extends'] } }, then: requiredOnly(whole) },
  };
}

/**
 * The schema without `required` on objects that merge. Lists replace, so what is in them must be complete.
 */
function withoutRequired(schema: Schema): Schema {
  const { required: _, ...rest } = schema;
  return overChildren(rest, rest, withoutRequired);
}

/** Nothing but the `required` of the schema and of the objects in it. */
function requiredOnly(schema: Schema): Schema {
  const own: Schema = Array.isArray(schema.required) ? { required: schema.required } : {};
  const children = overChildren(schema, {}, requiredOnly);
  return { ...own, ...children };
}

/** `into`, with the properties of an object schema changed. Properties of which nothing is left go. */
function overChildren(schema: Schema, into: Schema, change: (child: Schema) => Schema): Schema {
  const result = { ...into };
  if (isSchema(schema.properties)) {
    const changed = Object.entries(schema.properties)
      .filter((entry): entry is [string, Schema] => isSchema(entry[1]))
      .map(([key, child]) => [key, change(child)] as const)
      .filter(([, child]) => Object.keys(child).length > 0);
    if (changed.length > 0) result.properties = Object.fromEntries(changed);
  }
  if (isSchema(schema.additionalProperties)) {
    const changed = change(schema.additionalProperties);
    if (Object.keys(changed).length > 0) result.additionalProperties = changed;
  }
  return result;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
