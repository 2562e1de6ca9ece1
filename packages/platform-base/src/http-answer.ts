/** One HTTP answer: a status and a body of JSON, or only a status. */
export interface HttpAnswer {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
}
