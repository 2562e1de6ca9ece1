// The limit: Node itself.
process.stdout.write('answered\n', () => process.exit(0));
