/** Is it XML at all? A vendor's synthesiser refuses the whole prompt when it is not (spec 4.1). */

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/g;

/** What is wrong with `ssml`, completing "`text` ..."; undefined when it is well-formed. */
export function ssmlFault(ssml: string): string | undefined {
  const open: string[] = [];
  let at = 0;
  for (const match of ssml.matchAll(TOKEN)) {
    const fault = textFault(ssml.slice(at, match.index)) ?? attributeFault(match[3] ?? '');
    if (fault) return fault;
    at = match.index + match[0].length;
    const [, closing, name, , empty] = match;
    if (!name || empty) continue;
    if (!closing) open.push(name);
    else if (open.pop() !== name) return `is not well-formed SSML: </${name}> closes nothing`;
  }
  const fault = textFault(ssml.slice(at));
  if (fault) return fault;
  return open.length > 0 ? `is not well-formed SSML: <${open.at(-1)}> is not closed` : undefined;
}

function textFault(text: string): string | undefined {
  if (text.includes('<')) return 'is not well-formed SSML: a "<" is no tag; write &lt;';
  return attributeFault(text);
}

function attributeFault(text: string): string | undefined {
  return /&(?!(amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(text)
    ? 'is not well-formed SSML: an "&" is not escaped; write &amp;'
    : undefined;
}
