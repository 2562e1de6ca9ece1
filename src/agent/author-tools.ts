import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '@jovo-telephony/telephony';
import { z } from 'zod';
import type { AuthorToolCall, Language, ToolDescription } from './brain';
import { type ToolMarks, type ToolRuns, UnknownResultError } from './tool-runs';
import { RESERVED_TOOLS } from './tools';

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
  /** It changes nothing: where it is not known how a run has ended, it may simply run again. */
  repeatable?: boolean;
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
  const taken = new Map(RESERVED_TOOLS.map((name) => [name, 'the agent itself']));
  return toolFiles(folder).map((file) => {
    const path = join(folder, file);
    const tool = checked(exportOf(path), path);
    // A model endpoint refuses every request in which a name comes twice.
    const owner = taken.get(tool.name);
    if (owner)
      throw new ToolFileError(`${path}: tool.name: expected another name; ${tool.name} is that of ${owner}`);
    taken.set(tool.name, path);
    return tool;
  });
}

/** What a file exports as `tool`. It is the author's code: it may fail in any way, which is the author's to know. */
function exportOf(path: string): unknown {
  try {
    const { tool } = require(resolve(path)) as { tool?: unknown };
    return typeof tool === 'function' ? tool({ z }) : tool;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const what = `${name}: ${message.split('\n')[0]}`;
    throw new ToolFileError(`${placeIn(path, error)}: cannot be loaded; mend it, or take it away: ${what}`);
  }
}

/** `file:line` of an error, if its stack tells a line of the file. */
function placeIn(path: string, error: unknown): string {
  const { stack = '' } = error instanceof Error ? error : {};
  const [, after = ''] = stack.split(resolve(path));
  return path + (/^:\d+/.exec(after)?.[0] ?? '');
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
  if (typeof tool !== 'object' || tool === null)
    throw new ToolFileError(
      `${path}: tool: expected exports.tool = ({ z }) => ({ name, description, input, run })`,
    );
  const candidate = tool as Partial<AuthorTool>;
  const faults = [
    /^[a-z][a-z0-9_]{0,63}$/.test(String(candidate.name))
      ? []
      : ['name: expected lower case letters, digits and _'],
    candidate.description ? [] : ['description: expected what the tool does and when to use it'],
    candidate.input?.safeParse
      ? []
      : ['input: expected a zod schema, for example z.object({ day: z.string() })'],
    typeof candidate.run === 'function' ? [] : ['run: expected a function of (input, { signal })'],
    isFiller(candidate.filler)
      ? []
      : ["filler: expected a text for each language, for example { de: 'Ich schaue nach.' }"],
  ].flat();
  if (faults.length > 0) throw new ToolFileError(faults.map((fault) => `${path}: tool.${fault}`).join('\n'));
  return candidate as AuthorTool;
}

function isFiller(filler: unknown): boolean {
  if (filler === undefined) return true;
  if (typeof filler !== 'object' || filler === null) return false;
  return Object.values(filler).every((text) => typeof text === 'string' && text.trim() !== '');
}

export function describeAuthorTool({ name, description, input, ...given }: AuthorTool): ToolDescription {
  const { $schema: _, ...parameters } = given.parameters ?? z.toJSONSchema(input, { io: 'input' });
  return { type: 'function', function: { name, description, parameters } };
}

/**
 * Runs a tool to its end, its failure or its deadline, and says how it went as JSON. Never rejects: a model that is
 * told what went wrong can say so. `offered`: what a model that has made up a tool is told there is.
 */
export async function runTool(
  tool: AuthorTool | undefined,
  call: AuthorToolCall,
  context: ToolContext,
  clock: Clock,
  runs: ToolRuns,
  marks?: ToolMarks,
  offered: readonly ToolDescription[] = [],
): Promise<string> {
  if (!tool) return failure(`There is no tool ${call.name}; ${others(offered)}`);
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
      runs.once(
        context.callId,
        key,
        () => tool.run(input.data, { ...context, signal }),
        tool.repeatable ? undefined : marks,
      ),
      aborted,
    ]);
    return JSON.stringify({ ok: true, result: output ?? null }).slice(0, MAX_OUTPUT_CHARACTERS);
  } catch (error) {
    if (error instanceof UnknownResultError) return failure(MAYBE);
    if (error instanceof ToolRefusal) return failure(error.message.slice(0, MAX_OUTPUT_CHARACTERS));
    return failure(reasonOf(deadline.signal, context.signal));
  } finally {
    stop();
  }
}

/** What a model may call instead of what it made up. */
function others(offered: readonly ToolDescription[]): string {
  const names = offered.map((tool) => tool.function.name);
  return names.length > 0 ? `there are ${names.join(', ')}.` : 'there are none. Answer without.';
}

const MAYBE =
  'Something went wrong while this ran before, and it is not known whether it was done. It was not run again: tell the caller.';

function reasonOf(deadline: AbortSignal, interruption: AbortSignal): string {
  if (deadline.aborted) return 'The tool took too long.';
  return interruption.aborted ? 'The caller spoke before the tool was done.' : 'The tool failed.';
}

function failure(error: string): string {
  return JSON.stringify({ ok: false, error });
}
