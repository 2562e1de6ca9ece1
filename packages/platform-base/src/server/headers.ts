/** Headers as any server gives them; a repeated header is an array. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** One header's value, whatever the case of its name. */
export function header(headers: Headers | undefined, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of Object.entries(headers ?? {})) {
    if (key.toLowerCase() === wanted) return Array.isArray(value) ? value[0] : value;
  }
  return undefined;
}
