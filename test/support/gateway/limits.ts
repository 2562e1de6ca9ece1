/** Quotas of Amazon API Gateway and AWS Lambda, as their documentation has them. */
export const GATEWAY_LIMITS = {
  /** WebSocket API: one message, in either direction. A larger one from the client closes with 1009. */
  messageBytes: 128 * 1024,
  /** WebSocket API: one frame. What the management API is given is cut into such frames. */
  frameBytes: 32 * 1024,
  /** WebSocket API: nothing in either direction for so long closes with 1001. */
  idleMs: 10 * 60_000,
  /** WebSocket API: no connection lives longer. */
  connectionMs: 2 * 3_600_000,
  /** WebSocket API: how long an integration may take. The function is not stopped, but nobody waits for it. */
  integrationMs: 29_000,
  /** HTTP API: the same. */
  httpIntegrationMs: 30_000,
  /** HTTP API: one request. */
  httpBodyBytes: 10 * 1024 * 1024,
} as const;

export type GatewayLimits = { readonly [name in keyof typeof GATEWAY_LIMITS]: number };
