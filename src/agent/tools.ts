import type { CallActionType } from '@jovo-telephony/telephony';
import { z } from 'zod';
import {
  type AuthorToolCall,
  type BrainEvent,
  LANGUAGES,
  type ToolCall,
  type ToolDescription,
} from './brain';
import type { AgentProfile } from './profiles/profile';
import { offeredLanguages } from './profiles/profile-language';

/** The tools a brain sees, by name: what each is for, and which arguments it takes. */
const TOOLS = {
  transfer_call: {
    description:
      'Put the caller through to a person or department. It announces itself: do not announce it, and do not ' +
      'promise that somebody will answer.',
    arguments: z.object({ destination: z.string().min(1) }),
  },
  hang_up: {
    description: 'End the call, once the caller is done. Say goodbye in the same reply.',
    arguments: z.object({ result: z.string().optional() }),
  },
  switch_language: {
    description: 'Go on in another language, when the caller asks for it or does not understand.',
    arguments: z.object({ language: z.enum(LANGUAGES) }),
  },
  send_sms: {
    description: 'Send a text message to the caller. The number is known; only the text is needed.',
    arguments: z.object({ text: z.string().min(1).max(1000) }),
  },
} as const satisfies Record<ToolCall['name'], { description: string; arguments: z.ZodType }>;

/** Names that tools of others cannot have. */
export const RESERVED_TOOLS: readonly string[] = Object.keys(TOOLS);

const described = new WeakMap<AgentProfile, readonly ToolDescription[]>();

/** {@link describe}, once per profile, without those that the network of the call cannot carry out. */
export function describeTools(
  profile: AgentProfile,
  lacks: readonly CallActionType[] = [],
): readonly ToolDescription[] {
  const known = described.get(profile) ?? describe(profile);
  described.set(profile, known);
  return lacks.includes('send_sms') ? known.filter((tool) => tool.function.name !== 'send_sms') : known;
}

/** The tools for one profile. Where a call may go, and in which languages, is named, so that a model need not guess. */
function describe(profile: AgentProfile): ToolDescription[] {
  const destinations = Object.keys(profile.destinations);
  const languages = offeredLanguages(profile);
  const results = profile.outbound?.results ?? [];
  const offered: Record<ToolCall['name'], z.ZodType | undefined> = {
    transfer_call: destinations.length > 0 ? z.object({ destination: z.enum(destinations) }) : undefined,
    hang_up: z.object(results.length > 0 ? { result: z.enum(results).optional() } : {}),
    switch_language: languages.length > 1 ? z.object({ language: z.enum(languages) }) : undefined,
    send_sms: TOOLS.send_sms.arguments,
  };
  return Object.entries(TOOLS).flatMap(([name, { description }]) => {
    const given = offered[name as ToolCall['name']];
    if (!given) return [];
    const { $schema: _, ...parameters } = z.toJSONSchema(given);
    return [{ type: 'function', function: { name, description, parameters } }];
  });
}

/** A model has called a tool with arguments that cannot be read. */
export class ToolCallError extends Error {
  override readonly name = 'ToolCallError';
}

/**
 * Checks what a model wrote. The text of the arguments is not repeated in the error: it may hold what was said.
 * A tool of the application author is only parsed: its own schema is asked when it runs.
 */
export function readToolCall(
  given: { id: string; name: string; json: string },
  offered: readonly ToolDescription[],
): BrainEvent {
  const { id, name, json } = given;
  if (!Object.hasOwn(TOOLS, name)) {
    // Whoever runs it says so to the model, which may know better then.
    if (!offered.some((tool) => tool.function.name === name))
      return { type: 'author_tool', call: { id, name: wellFormed(name), arguments: {} } };
    const call: AuthorToolCall = { id, name, arguments: readJson(name, json) };
    return { type: 'author_tool', call };
  }
  const parsed = TOOLS[name as ToolCall['name']].arguments.safeParse(readJson(name, json));
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'arguments').join(', ');
    throw new ToolCallError(`The arguments of ${name} do not fit: ${fields}`);
  }
  return { type: 'tool', call: { name, arguments: parsed.data } as ToolCall };
}

/** A name that no endpoint refuses: it is shown to the model again. */
function wellFormed(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'unknown';
}

function readJson(name: string, json: string): unknown {
  try {
    return JSON.parse(json.trim() === '' ? '{}' : json);
  } catch {
    throw new ToolCallError(`The arguments of ${name} are not JSON`);
  }
}
