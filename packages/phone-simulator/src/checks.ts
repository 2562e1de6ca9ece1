/** Building blocks of the judges: checks of single values, and of the fields of an object. */

/** Completes the sentence "`field` ..." when the value is wrong. */
export type Check = (value: unknown) => string | undefined;

export type Json = Record<string, unknown>;

export interface Field {
  required?: true;
  /** The network ignores a bad value and runs the rest, so a violation does not drop the whole action. */
  ignorable?: true;
  check: Check;
}

export interface FieldFault {
  name: string;
  fault: string;
  ignorable: boolean;
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value for a message, cut to a readable length. */
export const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

export const string: Check = (v) => (typeof v === 'string' ? undefined : `must be a string, got ${show(v)}`);
export const filled: Check = (v) =>
  string(v) ?? ((v as string).trim() === '' ? 'must not be empty' : undefined);
export const boolean: Check = (v) =>
  typeof v === 'boolean' ? undefined : `must be true or false, got ${show(v)}`;
export const anObject: Check = (v) => (isObject(v) ? undefined : `must be an object, got ${show(v)}`);
export const oneOf =
  (...allowed: string[]): Check =>
  (v) =>
    allowed.includes(v as string) ? undefined : `must be one of ${allowed.join(', ')}, got ${show(v)}`;
export const number =
  (min: number, max: number): Check =>
  (v) =>
    typeof v === 'number' && v >= min && v <= max
      ? undefined
      : `must be a number from ${min} to ${max}, got ${show(v)}`;
export const integer =
  (min: number, max: number): Check =>
  (v) =>
    Number.isInteger(v) && (v as number) >= min && (v as number) <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}, got ${show(v)}`;
export const list =
  (min: number, max: number, each: Check): Check =>
  (v) => {
    if (!Array.isArray(v)) return `must be an array, got ${show(v)}`;
    if (v.length < min || v.length > max) return `must have ${min} to ${max} entries, got ${v.length}`;
    for (const [i, entry] of v.entries()) {
      const fault = each(entry);
      if (fault) return `entry ${i + 1} ${fault}`;
    }
    return undefined;
  };

/** Shape of BCP-47: `de`, `de-DE`, `zh-Hans-CN`. Not a registry look-up. */
export const languageTag: Check = (v) =>
  string(v) ??
  (/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(v as string) ? undefined : `is no language tag: ${show(v)}`);

export const object =
  (fields: Record<string, Field>, more?: (value: Json) => string | undefined): Check =>
  (v) => {
    if (!isObject(v)) return `must be an object, got ${show(v)}`;
    const [fault] = faultsOf(v, fields);
    return fault ? `has a bad ${fault.name}: it ${fault.fault}` : more?.(v);
  };

/** Everything that is wrong with the fields of `value`; a field that `fields` does not name does not exist. */
export function faultsOf(value: Json, fields: Record<string, Field>): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (value[name] === undefined) {
      if (field.required) faults.push({ name, fault: 'is missing', ignorable: false });
      continue;
    }
    const fault = field.check(value[name]);
    if (fault) faults.push({ name, fault, ignorable: field.ignorable === true });
  }
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) faults.push({ name, fault: 'is not a field of it', ignorable: false });
  }
  return faults;
}
