import { join } from 'node:path';
import type { CallPlatformConfig } from '@jovo-telephony/platform-base';
import type { Clock, Observe } from '@jovo-telephony/telephony';
import type { App } from '@jovotech/framework';
import { CallReporter, reportFault } from './agent/after-call/after-call';
import type { PostCallResult } from './agent/after-call/post-call';
import type { NewCalls } from './agent/agent';
import { loadTools } from './agent/author-tools';
import type { Brain } from './agent/brain';
import { chainOf } from './agent/brains/chain';
import { offlineBrain } from './agent/brains/offline';
import { openAiBrain } from './agent/brains/openai';
import { openAiSummariser } from './agent/brains/openai-summary';
import { McpTools } from './agent/mcp/mcp-tools';
import { OutboundAgent, type OutboundCalls } from './agent/outbound-agent';
import { PHRASES, spokenLanguage } from './agent/phrases';
import { loadProfiles, type Profiles } from './agent/profiles/profiles';
import { createApp } from './app';
import type { Journal } from './journal/journal';
import { JournalRecords } from './journal/journal-records';
import { notedIn } from './journal/note-observed';
import { JournalOpenError, openJournal } from './journal/open-journal';
import type { Network } from './networks';
import { kindOf, type Log } from './operations/log';
import { type Settings, SettingsError } from './settings';
import { systemClock } from './system-clock';

/** What nobody has asked to set yet. */
const TIMING = { maxSilenceMs: 2_200, finishWithinMs: 1_000 };

const EVERY_NETWORK: Partial<CallPlatformConfig> = {
  // The agent fills the wait of its own turns; the platform only where a handler is stuck.
  deadlines: { holdAfterMs: 3_000 },
  phrases: {
    hold: (language, attempt) => {
      const { hold, holdOn } = PHRASES[spokenLanguage(language) ?? 'en'];
      return (attempt === 0 ? hold[0] : holdOn[(attempt - 1) % holdOn.length]) ?? '';
    },
    sorry: (language) => PHRASES[spokenLanguage(language) ?? 'en'].sorry,
  },
};

const CHAIN = { firstUsefulMs: 2_000, breakAfter: 3, retryAfterMs: 30_000 };

/** What the parts tell of what they do, and who is asked. */
export interface Surroundings {
  /** That calls may come from. */
  networks: readonly Network[];
  log: Log;
  observe?: Observe;
  limits?: NewCalls;
  /** Told what became of each report that did not arrive. */
  onReportLost?(result: PostCallResult): void;
  /** What the platform of a network is told besides its own settings. */
  platform?(network: string): Partial<CallPlatformConfig>;
  /** What is known of calls that we have placed. */
  outbound?: OutboundCalls;
  /** Instead of the one that the settings ask for. */
  brain?: Brain;
  /** That of the platforms: a function waits for its timers. */
  platformClock?: Clock;
}

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

/**
 * Puts the parts together and starts the app. Throws a `ProfileError` when a profile cannot be used, a `SettingsError`
 * when one needs a setting that is missing.
 */
export async function start(settings: Settings, surroundings: Surroundings): Promise<Started> {
  const { networks, log, observe, limits, platformClock = systemClock } = surroundings;
  const profiles = loadProfiles(settings.agentsDir);
  const fault = reportFault(profiles, settings.webhookSecret) ?? costFault(profiles, settings);
  if (fault) throw new SettingsError(fault);
  const brain = surroundings.brain ?? brainOf(settings, observe);
  const reporter = reporterOf(settings, surroundings);
  const { fillerAfterMs, holdAfterMs, answerWithinMs, inputTimeoutMs } = settings;
  const mcp = new McpTools({
    clock: systemClock,
    onFailure: (server, error) =>
      log.warn({ code: 'TOOL_SERVER_FAILED', server, ...kindOf(error) }, 'A server of tools failed'),
  });
  const journal = await journalOf(settings, profiles, log, observe);
  const observed = notedIn(journal, observe);
  const records = new JournalRecords(journal, Date.now);
  const agent = new OutboundAgent({
    profiles,
    brain,
    clock: systemClock,
    timing: { ...TIMING, fillerAfterMs, holdAfterMs, answerWithinMs, inputTimeoutMs },
    tools: loadTools(join(settings.agentsDir, 'tools')),
    mcp,
    knownCallers: records,
    records,
    reporter,
    observe: observed,
    limits,
    outbound: surroundings.outbound,
    onVerdict: (verdict) => observe?.({ type: 'action_judged', ...verdict }),
  });
  const app = createApp({
    agent,
    journal,
    platforms: networks.map(({ name, platform }) =>
      platform({
        settings,
        fallback: profiles.fallback,
        config: {
          ...EVERY_NETWORK,
          clock: platformClock,
          keeper: journal,
          observe: observed,
          ...surroundings.platform?.(name),
          onWarning: (reason) => observe?.({ type: 'faulty', network: name, reason }),
        },
      }),
    ),
    onError: (error) => log.error({ code: 'HANDLER_FAILED', ...kindOf(error) }, 'Handler failed'),
  });
  await app.initialize();
  if (!app.isInitialized) throw new Error('The Jovo app could not be initialized');
  return { app, profiles, brain, reporter, mcp, journal };
}

async function journalOf(
  { journal }: Settings,
  profiles: Profiles,
  log: Log,
  observe: Observe | undefined,
): Promise<Journal> {
  try {
    return await openJournal(journal, {
      profiles,
      clock: systemClock,
      epochMs: Date.now,
      observe,
      warn: (warning) => log.warn({ code: 'JOURNAL_TROUBLE', warning }, 'The journal is in trouble'),
    });
  } catch (error) {
    if (error instanceof JournalOpenError) throw new SettingsError(error.message);
    throw error;
  }
}

/** The language models in the order in which they are asked, or the offline brain. */
function brainOf({ openai }: Settings, observe: Observe | undefined): Brain {
  if (!openai) return offlineBrain();
  const { fallbackModel, ...first } = openai;
  if (!fallbackModel) return openAiBrain(first);
  return chainOf([openAiBrain(first), openAiBrain({ ...first, model: fallbackModel })], {
    ...CHAIN,
    clock: systemClock,
    onFailure: (brain, error) => observe?.({ type: 'brain_failed', brain, error }),
    onAvailability: (brain, available) => observe?.({ type: 'brain_availability', brain, available }),
  });
}

/** A cap on what a call costs that could never be reached, because nobody counts. */
function costFault({ all }: Profiles, { openai }: Settings): string | undefined {
  const files = [...all].filter(([, { silence }]) => silence?.maxCostCents).map(([file]) => file);
  if (files.length === 0 || !openai || openai.prices) return undefined;
  return `OPENAI_INPUT_CENTS_PER_MILLION, OPENAI_OUTPUT_CENTS_PER_MILLION: expected prices for the cap of ${files.join(', ')} (silence.maxCostCents); set them, or remove the cap`;
}

function reporterOf({ webhookSecret, openai }: Settings, { onReportLost }: Surroundings): CallReporter {
  return new CallReporter({
    secret: webhookSecret,
    summariser: openai && openAiSummariser(openai),
    clock: systemClock,
    epochMs: Date.now,
    random: Math.random,
    onLost: onReportLost,
  });
}
