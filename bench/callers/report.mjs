/** What the parent asks for. */
export function settings() {
  const [port, calls, turns] = process.argv.slice(2).map(Number);
  return { port, calls, turns };
}

export function report(result) {
  process.send(result, () => process.exit(0));
}
