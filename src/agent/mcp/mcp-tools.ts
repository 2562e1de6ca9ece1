import type { Clock } from '@jovo-telephony/telephony';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js' with { 'resolution-mode': 'import' };
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js' with {
  'resolution-mode': 'import',
};
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js' with {
  'resolution-mode': 'import',
};
import { z } from 'zod';
import { type AuthorTool, ToolRefusal } from '../author-tools';
import type { AgentProfile } from '../profiles/profile';
import type { McpServer } from './mcp-schema';

export interface McpOptions {
  clock: Clock;
  /** Told when a server cannot be reached or is lost. */
  onFailure?(server: string, error: unknown): void;
  /** Where bearer tokens are looked up. Default: the environment of the process. */
  environment?: Readonly<Record<string, string | undefined>>;
}

const CONNECT_WITHIN_MS = 5_000;
/** A server that could not be reached is left alone for so long. */
const RETRY_AFTER_MS = 5_000;
/** More than a model can choose from. */
const MAX_TOOLS = 64;

/**
 * The tools of Model Context Protocol servers. A server is connected to when a call comes that may need it, stays
 * connected for the calls after it, and is connected to again when it was lost. No call waits for that: until a server
 * is there, its tools are not offered.
 */
export class McpTools {
  readonly [Symbol.toStringTag] = 'ByReference';
  private readonly connections = new Map<string, Connection>();
  private closed = false;

  constructor(private readonly options: McpOptions) {}

  /** The tools of a profile's servers that can be used now; connects to those that are not there. */
  of({ mcp }: AgentProfile): readonly AuthorTool[] {
    if (this.closed) return [];
    return Object.entries(mcp ?? {}).flatMap(([name, server]) => this.connection(name, server).tools());
  }

  /** Leaves all servers; those that are processes end. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.connections.values()].map((connection) => connection.close()));
  }

  private connection(name: string, server: McpServer): Connection {
    const key = JSON.stringify([name, server]);
    const known = this.connections.get(key) ?? new Connection(name, server, this.options);
    this.connections.set(key, known);
    return known;
  }
}

/** One server. */
class Connection {
  private client: Client | undefined;
  private offered: readonly AuthorTool[] = [];
  private connecting: Promise<void> | undefined;
  private failedAtMs = Number.NEGATIVE_INFINITY;
  private closed = false;

  constructor(
    private readonly name: string,
    private readonly server: McpServer,
    private readonly options: McpOptions,
  ) {}

  tools(): readonly AuthorTool[] {
    const rests = this.options.clock.nowMs() - this.failedAtMs < RETRY_AFTER_MS;
    if (!this.client && !rests) this.connecting ??= this.connect();
    return this.offered;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.connecting;
    await this.client?.close().catch(() => {});
  }

  private async connect(): Promise<void> {
    try {
      const [{ Client }, transport] = await Promise.all([
        import('@modelcontextprotocol/sdk/client/index.js'),
        transportTo(this.server, this.options.environment ?? process.env),
      ]);
      const client = new Client({ name: 'jovo-telephony', version: '1' });
      client.onclose = () => this.lost(client);
      await client.connect(transport, { timeout: CONNECT_WITHIN_MS });
      this.client = client;
      await this.list(client);
    } catch (error) {
      this.failed(error);
    } finally {
      this.connecting = undefined;
    }
    if (this.closed) await this.client?.close().catch(() => {});
  }

  private async list(client: Client): Promise<void> {
    const tools: Tool[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.listTools({ cursor }, { timeout: CONNECT_WITHIN_MS });
      tools.push(...page.tools);
      cursor = page.nextCursor;
    } while (cursor !== undefined && tools.length < MAX_TOOLS);
    const { only } = this.server;
    const wanted = tools.filter(({ name }) => only === undefined || only.includes(name));
    this.offered = wanted.slice(0, MAX_TOOLS).map((tool) => this.authorTool(tool));
  }

  /** The next call that asks for tools connects again. */
  private lost(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.offered = [];
  }

  private failed(error: unknown): void {
    this.client?.close().catch(() => {});
    this.client = undefined;
    this.offered = [];
    this.failedAtMs = this.options.clock.nowMs();
    if (!this.closed) this.options.onFailure?.(this.name, error);
  }

  private authorTool({ name, description, inputSchema }: Tool): AuthorTool {
    const timeoutMs = this.server.timeoutSeconds * 1000;
    return {
      name: `${this.name}_${name}`.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64),
      description: description ?? name,
      // The server checks what it is given; a second check could only be wrong.
      input: z.record(z.string(), z.unknown()),
      parameters: inputSchema,
      filler: this.server.filler,
      timeoutMs,
      run: (given, { signal }) => this.call(name, given as Record<string, unknown>, signal, timeoutMs),
    };
  }

  /** At most once: what may have been done is not tried again, only connected to anew. */
  private async call(name: string, given: Record<string, unknown>, signal: AbortSignal, timeout: number) {
    const { client } = this;
    if (!client) throw new Error('The server is not there');
    try {
      const result = await client.callTool({ name, arguments: given }, undefined, { signal, timeout });
      return contentOf(result as CallToolResult);
    } catch (error) {
      if (!signal.aborted && !isAnswer(error)) this.failed(error);
      throw error;
    }
  }
}

async function transportTo(
  server: McpServer,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Transport> {
  if ('command' in server) {
    const { StdioClientTransport, getDefaultEnvironment } = await import(
      '@modelcontextprotocol/sdk/client/stdio.js'
    );
    const { command, args } = server;
    const env = { ...getDefaultEnvironment(), ...server.env };
    // What a server prints may hold what callers say.
    return new StdioClientTransport({ command, args, env, stderr: 'ignore' });
  }
  const { StreamableHTTPClientTransport } = await import(
    '@modelcontextprotocol/sdk/client/streamableHttp.js'
  );
  const token = server.tokenFrom && environment[server.tokenFrom];
  const requestInit = token ? { headers: { Authorization: `Bearer ${token}` } } : undefined;
  return new StreamableHTTPClientTransport(new URL(server.url), { requestInit });
}

/** What a model can read of a result. An error of the tool is one, too. */
function contentOf({ content, structuredContent, isError }: CallToolResult): unknown {
  const text = content.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`)).join('\n');
  if (isError) throw new ToolRefusal(text);
  return structuredContent ?? text;
}

/** JSON-RPC's code for a connection that was closed in mid-call. */
const CONNECTION_CLOSED = -32_000;

/** The server has answered, if only with a refusal, or is just slow: it is still there. */
function isAnswer(error: unknown): boolean {
  if (error instanceof ToolRefusal) return true;
  const { name, code } = Object(error) as { name?: unknown; code?: unknown };
  return name === 'McpError' && code !== CONNECTION_CLOSED;
}
