import { join } from 'node:path';
import { types } from 'node:util';
import type { App } from '@jovotech/framework';
import { Agent } from './agent/agent';
import { loadTools } from './agent/author-tools';
import type { Brain } from './agent/brain';
import { chainOf } from './agent/brains/chain';
import { offlineBrain } from './agent/brains/offline';
import { openAiBrain } from './agent/brains/openai';
import { loadProfiles, type Profiles } from './agent/profiles';
import { createApp } from './app';
import type { Settings } from './settings';
import { systemClock } from './system-clock';

/** What nobody has asked to set yet. */
const TIMING = { maxSilenceMs: 2_200, finishWithinMs: 1_000 };

const CHAIN = { firstUsefulMs: 2_000, breakAfter: 3, retryAfterMs: 30_000 };

/** Everything that a process needs to answer calls, however its events arrive. */
export interface Started {
  app: App;
  profiles: Profiles;
  brain: Brain;
}

/** Puts the parts together and starts the app. Throws a `ProfileError` when a profile cannot be used. */
export async function start(settings: Settings): Promise<Started> {
  const profiles = loadProfiles(settings.agentsDir);
  const brain = brainOf(settings);
  const { fillerAfterMs, holdAfterMs, answerWithinMs, inputTimeoutMs } = settings;
  const agent = new Agent({
    profiles,
    brain,
    clock: systemClock,
    timing: { ...TIMING, fillerAfterMs, holdAfterMs, answerWithinMs, inputTimeoutMs },
    tools: loadTools(join(settings.agentsDir, 'tools')),
    onFailure: (error) => report('turn failed', error),
  });
  const { voice, language } = profiles.fallback;
  const app = createApp({
    agent,
    clock: systemClock,
    aiflow: {
      apiKey: settings.aiflowApiKey,
      tts: { language, ...voice },
      userInputTimeoutSec: inputTimeoutMs / 1000,
    },
    onError: (error) => report('handler failed', error),
  });
  await app.initialize();
  if (!app.isInitialized) throw new Error('The Jovo app could not be initialized');
  return { app, profiles, brain };
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

/** Kind and status only: a message may hold what a caller said. */
export function report(what: string, error: unknown): void {
  const kind = types.isNativeError(error) ? error.constructor.name : typeof error;
  const status = types.isNativeError(error) && 'status' in error ? ` (status ${String(error.status)})` : '';
  console.error(`${what}: ${kind}${status}`);
}
