import { join } from 'node:path';
import { types } from 'node:util';
import type { Clock } from '@jovo-telephony/telephony';
import type { App } from '@jovotech/framework';
import { CallReporter, reportFault } from './agent/after-call/after-call';
import { Agent } from './agent/agent';
import { loadTools } from './agent/author-tools';
import type { Brain } from './agent/brain';
import { chainOf } from './agent/brains/chain';
import { offlineBrain } from './agent/brains/offline';
import { openAiBrain } from './agent/brains/openai';
import { openAiSummariser } from './agent/brains/openai-summary';
import { McpTools } from './agent/mcp/mcp-tools';
import { loadProfiles, type Profiles } from './agent/profiles/profiles';
import { createApp } from './app';
import type { Journal } from './journal/journal';
import { JournalRecords } from './journal/journal-records';
import { JournalOpenError, openJournal } from './journal/open-journal';
import { type Settings, SettingsError } from './settings';
import { systemClock } from './system-clock';

/** What nobody has asked to set yet. */
const TIMING = { maxSilenceMs: 2_200, finishWithinMs: 1_000 };

const CHAIN = { firstUsefulMs: 2_000, breakAfter: 3, retryAfterMs: 30_000 };

/** Everything that a process needs to answer calls, however its events arrive. */
export interface Started {
  app: App;
  profiles: Profiles;
  brain: Brain;
  /** Sends the reports of calls that are over. */
  reporter: CallReporter;
  /** The MCP servers of the profiles; to be closed at the end. */
  mcp: McpTools;
  journal: Journal;
}

export interface StartOptions {
  /** That of the platforms: a function waits for its timers. */
  platformClock?: Clock;
}

/**
 * Puts the parts together and starts the app. Throws a `ProfileError` when a profile cannot be used, a `SettingsError`
 * when one needs a setting that is missing.
 */
export async function start(
  settings: Settings,
  { platformClock = systemClock }: StartOptions = {},
): Promise<Started> {
  const profiles = loadProfiles(settings.agentsDir);
  const fault = reportFault(profiles, settings.webhookSecret) ?? costFault(profiles, settings);
  if (fault) throw new SettingsError(fault);
  const brain = brainOf(settings);
  const reporter = reporterOf(settings);
  const { fillerAfterMs, holdAfterMs, answerWithinMs, inputTimeoutMs } = settings;
  const mcp = new McpTools({
    clock: systemClock,
    onFailure: (server, error) => report(`MCP server ${server} failed`, error),
  });
  const journal = await journalOf(settings, profiles);
  const records = new JournalRecords(journal, Date.now);
  const agent = new Agent({
    profiles,
    brain,
    clock: systemClock,
    timing: { ...TIMING, fillerAfterMs, holdAfterMs, answerWithinMs, inputTimeoutMs },
    tools: loadTools(join(settings.agentsDir, 'tools')),
    mcp,
    knownCallers: records,
    records,
    onFailure: (error) => report('turn failed', error),
    reporter,
  });
  const { voice, language } = profiles.fallback;
  const app = createApp({
    agent,
    clock: platformClock,
    journal,
    aiflow: {
      apiKey: settings.aiflowApiKey,
      tts: { language, ...voice },
      userInputTimeoutSec: inputTimeoutMs / 1000,
    },
    onError: (error) => report('handler failed', error),
  });
  await app.initialize();
  if (!app.isInitialized) throw new Error('The Jovo app could not be initialized');
  return { app, profiles, brain, reporter, mcp, journal };
}

async function journalOf({ journal }: Settings, profiles: Profiles): Promise<Journal> {
  try {
    return await openJournal(journal, {
      profiles,
      clock: systemClock,
      epochMs: Date.now,
      warn: (warning) => console.error(warning),
    });
  } catch (error) {
    if (error instanceof JournalOpenError) throw new SettingsError(error.message);
    throw error;
  }
}

/** The language models in the order in which they are asked, or the offline brain. */
function brainOf({ openai }: Settings): Brain {
  if (!openai) return offlineBrain();
  const { fallbackModel, ...first } = openai;
  if (!fallbackModel) return openAiBrain(first);
  return chainOf([openAiBrain(first), openAiBrain({ ...first, model: fallbackModel })], {
    ...CHAIN,
    clock: systemClock,
    onFailure: (name, error) => report(`brain ${name} failed`, error),
  });
}

/** A cap on what a call costs that could never be reached, because nobody counts. */
function costFault({ all }: Profiles, { openai }: Settings): string | undefined {
  const files = [...all].filter(([, { silence }]) => silence?.maxCostCents).map(([file]) => file);
  if (files.length === 0 || !openai || openai.prices) return undefined;
  return `OPENAI_INPUT_CENTS_PER_MILLION, OPENAI_OUTPUT_CENTS_PER_MILLION: expected prices for the cap of ${files.join(', ')} (silence.maxCostCents); set them, or remove the cap`;
}

function reporterOf({ webhookSecret, openai }: Settings): CallReporter {
  return new CallReporter({
    secret: webhookSecret,
    summariser: openai && openAiSummariser(openai),
    clock: systemClock,
    epochMs: Date.now,
    random: Math.random,
    onLost: (lost) => {
      if (lost.result === 'failed') return report('call report failed', lost.error);
      const status = lost.status === undefined ? 'no answer' : `status ${lost.status}`;
      console.error(`call report not delivered: ${lost.result} after ${lost.attempts} attempts (${status})`);
    },
  });
}

/** Kind and status only: a message may hold what a caller said. */
export function report(what: string, error: unknown): void {
  const kind = types.isNativeError(error) ? error.constructor.name : typeof error;
  const status = types.isNativeError(error) && 'status' in error ? ` (status ${String(error.status)})` : '';
  console.error(`${what}: ${kind}${status}`);
}
