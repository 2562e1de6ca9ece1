/** The functions that are deployed: one bundle each, since each of them starts for itself. */
export const FUNCTIONS = [
  { name: 'webhook', entry: 'src/lambda.ts' },
  { name: 'websocket', entry: 'src/lambda-websocket.ts' },
];

/** Of each function's one bundle: what is loaded whenever it starts. Lazy parts come on top when they are used. */
export const MAX_BUNDLE_BYTES = 600_000;
