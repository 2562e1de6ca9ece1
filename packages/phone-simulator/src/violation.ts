/** A breach of the protocol by the agent. Every one fails the call. */
export interface Violation {
  /** Stable name: `<action or transport>.<field or rule>`. */
  rule: string;
  /** One sentence for a person. */
  sentence: string;
  /** Section of the network's wire specification. */
  spec: string;
}
