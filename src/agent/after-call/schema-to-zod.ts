import { z } from 'zod';

const described = { description: z.string().min(1).optional() };

const fieldSchema = z.union([
  z.strictObject({
    ...described,
    type: z.literal('string').default('string'),
    enum: z.array(z.string().min(1)).min(1, 'at least one value'),
  }),
  z.strictObject({ ...described, type: z.enum(['string', 'number', 'integer', 'boolean']) }),
]);

/**
 * What a profile may ask to be found out in a call: a flat object. A subset of JSON Schema, small enough that every
 * compatible model keeps to it.
 */
export const resultSchemaSchema = z
  .strictObject({
    type: z.literal('object').default('object'),
    properties: z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'a name of letters, digits and _'),
        fieldSchema,
      )
      .refine((properties) => Object.keys(properties).length > 0, 'at least one property'),
    required: z.array(z.string()).default([]),
  })
  .refine(({ properties, required }) => required.every((name) => Object.hasOwn(properties, name)), {
    path: ['required'],
    error: 'names of properties only',
  });

export type ResultSchema = z.infer<typeof resultSchemaSchema>;
type Field = z.infer<typeof fieldSchema>;

export type ResultValue = string | number | boolean;

const SCALARS = {
  string: z.string(),
  number: z.number(),
  integer: z.int(),
  boolean: z.boolean(),
} as const satisfies Record<Field['type'], z.ZodType<ResultValue>>;

/**
 * Checks a result against the profile's schema. Strict: nothing else gets through. Models write null for what they do
 * not know; an optional property that is null is left out.
 */
export function schemaToZod({
  properties,
  required,
}: ResultSchema): z.ZodType<Readonly<Record<string, ResultValue>>> {
  const fields = Object.entries(properties).map(([name, field]): [string, z.ZodType] => {
    const value = 'enum' in field ? z.enum(field.enum) : SCALARS[field.type];
    return [name, required.includes(name) ? value : value.nullish()];
  });
  return z
    .strictObject(Object.fromEntries(fields))
    .transform((result) =>
      Object.fromEntries(
        Object.entries(result).filter((entry): entry is [string, ResultValue] => entry[1] != null),
      ),
    );
}

/**
 * The schema as "strict" structured output wants it: every property required, nothing else allowed; what is optional
 * may be null instead.
 */
export function strictJsonSchema({ properties, required }: ResultSchema): Record<string, unknown> {
  const fields = Object.entries(properties).map(([name, field]) => {
    if (required.includes(name)) return [name, field];
    const values = 'enum' in field ? { enum: [...field.enum, null] } : {};
    return [name, { ...field, ...values, type: [field.type, 'null'] }];
  });
  return {
    type: 'object',
    properties: Object.fromEntries(fields),
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
