/** The functions that are deployed: one bundle each, since each of them starts for itself. */
export const FUNCTIONS = [
  { name: 'webhook', entry: 'src/lambda.ts' },
  { name: 'websocket', entry: 'src/lambda-websocket.ts' },
];
