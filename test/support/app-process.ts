import type { Clock } from '@jovo-telephony/telephony';
import { HttpServer, SipgateAiflowPlatform } from '@lautmaler/jovo-platform-aiflow';
import type { AuthorTool } from '../../src/agent/author-tools';
import type { Brain } from '../../src/agent/brain';
import { OutboundAgent } from '../../src/agent/outbound-agent';
import type { AgentProfile } from '../../src/agent/profiles/profile';
import { Profiles } from '../../src/agent/profiles/profiles';
import { createApp } from '../../src/app';
import { describeCall } from '../../src/journal/describe-call';
import { Journal } from '../../src/journal/journal';
import { JournalRecords } from '../../src/journal/journal-records';
import type { Sealing } from '../../src/journal/sealing';
import type { JournalStore } from '../../src/journal/store';
import { TIMING } from './agent-call';
import { callEvent } from './call-server';

export interface AppProcessOptions {
  store: JournalStore;
  sealing: Sealing;
  clock: Clock;
  brain: Brain;
  profile: AgentProfile;
  tools?: readonly AuthorTool[];
  /** Names the process. */
  holder?: string;
}

type Wire = Record<string, unknown> & { type: string };

/** The whole application as one process has it, without doors: events go in, and what is answered comes out. */
export async function appProcess({
  store,
  sealing,
  clock,
  brain,
  profile,
  tools,
  holder,
}: AppProcessOptions) {
  const epochMs = () => 1_700_000_000_000 + clock.nowMs();
  const profiles = new Profiles(new Map([['profile.yaml', profile]]), profile);
  const describing = { profiles, sealing, epochMs, nowMs: () => clock.nowMs() };
  const warnings: string[] = [];
  const journal = new Journal({
    store,
    sealing,
    clock,
    epochMs,
    holder,
    describe: (session) => describeCall(session, describing),
    warn: (warning) => warnings.push(warning),
  });
  const records = new JournalRecords(journal, epochMs);
  const agent = new OutboundAgent({
    profiles,
    brain,
    clock,
    timing: TIMING,
    tools,
    wallMs: epochMs,
    records,
    knownCallers: records,
  });
  const errors: Error[] = [];
  const app = createApp({
    agent,
    journal,
    platforms: [
      new SipgateAiflowPlatform({
        clock,
        epochMs,
        keeper: journal,
        onWarning: (warning) => warnings.push(warning),
      }),
    ],
    onError: (error) => errors.push(error),
  });
  await app.initialize();
  return {
    journal,
    warnings,
    errors,
    post: (id: string, type: string, fields: Record<string, unknown> = {}): Promise<Wire[]> =>
      new Promise((resolve, reject) => {
        const answered = ({ body }: { body?: unknown }) => {
          const actions = body === undefined ? [] : [JSON.parse(JSON.stringify(body))].flat();
          resolve(actions as Wire[]);
        };
        app.handle(new HttpServer(callEvent(id, type, fields), {}, answered)).catch(reject);
      }),
  };
}

/** What is said, of what was answered. */
export function saidIn(actions: readonly Wire[]): string {
  return actions.flatMap(({ type, text }) => (type === 'speak' ? [String(text)] : [])).join(' ');
}
