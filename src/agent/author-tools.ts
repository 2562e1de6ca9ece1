import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '@jovo-telephony/telephony';
import { z } from 'zod';
import type { AuthorToolCall, Language, ToolDescription } from './brain';
import type { ToolRuns } from './tool-runs';

/** What a tool is told besides its input. */
export interface ToolContext {
  /** Aborted when the caller interrupts or the time is up. Give it to everything that takes time. */
  signal: AbortSignal;
  language: Language;
  callId: string;
}

/** A tool of the application author: one file in `agents/tools/` exports it as `tool`. */
export interface AuthorTool<Input extends z.ZodType = z.ZodType> {
  name: string;
  /** For the model: what it does and when to use it. */
  description: string;
  input: Input;
  /** What a model is told of the input, as JSON Schema, where it is not made from `input`. */
  parameters?: Record<string, unknown>;
  run(input: z.output<Input>, context: ToolContext): unknown;
  /** Said while it runs, in each language. */
  filler?: Partial<Record<Language, string>>;
  /** Milliseconds; 5,000 unless told. */
  timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 5_000;
/** More than this is not read by a model, and is not meant for one. */
const MAX_OUTPUT_CHARACTERS = 8_000;

/** A tool file that cannot be used. */
export class ToolFileError extends Error {
  override readonly name = 'ToolFileError';
}

/** A tool says no. The message is for the model, which may tell the caller. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal';
}

/** The tools of a folder; none where there is no such folder. A file exports `tool`, or a function of `{ z }`. */
export function loadTools(folder: string): AuthorTool[] {
  return toolFiles(folder).map((file) => {
    const path = join(folder, file);
    const { tool: exported } = require(resolve(path)) as { tool?: unknown };
    const tool: unknown = typeof exported === 'function' ? exported({ z }) : exported;
    return checked(tool, path);
  });
}

function toolFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.(js|cjs|mjs)$/.test(file))
      .sort();
  } catch {
    return [];
  }
}

function checked(tool: unknown, path: string): AuthorTool {
  const candidate = (tool ?? {}) as Partial<AuthorTool>;
  const faults = [
    /^[a-z][a-z0-9_]{0,63}$/.test(String(candidate.name))
      ? []
      : ['name: expected lower case letters, digits and _'],
    candidate.description ? [] : ['description: expected what the tool does and when to use it'],
    candidate.input?.safeParse
      ? []
      : ['input: expected a zod schema, for example z.object({ day: z.string() })'],
    typeof candidate.run === 'function' ? [] : ['run: expected a function of (input, { signal })'],
  ].flat();
  if (faults.length > 0) throw new ToolFileError(faults.map((fault) => `${path}: tool.${fault}`).join('\n'));
  return candidate as AuthorTool;
}

export function describeAuthorTool({ name, description, input, ...given }: AuthorTool): ToolDescription {
  const { $schema: _, ...parameters } = given.parameters ?? z.toJSONSchema(input, { io: 'input' });
  return { type: 'function', function: { name, description, parameters } };
}

/**
 * Runs a tool to its end, its failure or its deadline, and says how it went as JSON. Never rejects: a model that is
 * told what went wrong can say so.
 */
export async function runTool(
  tool: AuthorTool | undefined,
  call: AuthorToolCall,
  context: ToolContext,
  clock: Clock,
  runs: ToolRuns,
): Promise<string> {
  if (!tool) return failure('There is no such tool.');
  const input = tool.input.safeParse(call.arguments);
  if (!input.success) {
    const fields = input.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`);
    return failure(`The arguments do not fit. ${fields.join('; ')}`);
  }
  const key = JSON.stringify([tool.name, input.data]);
  const deadline = new AbortController();
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  const timeoutMs = tool.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const stop = clock.after(timeoutMs, () => deadline.abort());
  try {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const output = await Promise.race([
      runs.once(context.callId, key, () => tool.run(input.data, { ...context, signal })),
      aborted,
    ]);
    return JSON.stringify({ ok: true, result: output ?? null }).slice(0, MAX_OUTPUT_CHARACTERS);
  } catch (error) {
    if (error instanceof ToolRefusal) return failure(error.message.slice(0, MAX_OUTPUT_CHARACTERS));
    return failure(reasonOf(deadline.signal, context.signal));
  } finally {
    stop();
  }
}

function reasonOf(deadline: AbortSignal, interruption: AbortSignal): string {
  if (deadline.aborted) return 'The tool took too long.';
  return interruption.aborted ? 'The caller spoke before the tool was done.' : 'The tool failed.';
}

function failure(error: string): string {
  return JSON.stringify({ ok: false, error });
}
