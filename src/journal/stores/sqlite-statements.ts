import { type Lease, TOMBSTONE_MS, type TurnResult } from '../store';

/** A page is written into its call, and from there into the record: one statement, where three take twice as long. */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS calls (
  id TEXT PRIMARY KEY, fence INTEGER NOT NULL, version INTEGER NOT NULL DEFAULT 0, holder TEXT NOT NULL,
  lease_until INTEGER NOT NULL, interrupts INTEGER NOT NULL DEFAULT 0, pending TEXT, unfinished TEXT, state BLOB,
  claims BLOB, claim_count INTEGER NOT NULL DEFAULT 0, last_at INTEGER NOT NULL, ended_at INTEGER, started_at INTEGER,
  profile TEXT, caller_key TEXT, keep TEXT NOT NULL DEFAULT 'nothing', keep_ms INTEGER NOT NULL DEFAULT 0,
  page_count INTEGER NOT NULL DEFAULT 0, page_at INTEGER, page_facts TEXT, page_words BLOB);
CREATE INDEX IF NOT EXISTS calls_by_caller ON calls (caller_key) WHERE caller_key IS NOT NULL;
CREATE TABLE IF NOT EXISTS pages (
  call_id TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, facts TEXT NOT NULL, words BLOB,
  PRIMARY KEY (call_id, number)) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS page_written AFTER UPDATE OF page_count ON calls
  WHEN NEW.page_count > OLD.page_count AND (NEW.ended_at IS NULL OR NEW.keep <> 'nothing') BEGIN
    INSERT INTO pages VALUES (NEW.id, NEW.page_count, NEW.page_at, NEW.page_facts,
      CASE WHEN NEW.ended_at IS NULL OR NEW.keep = 'everything' THEN NEW.page_words END);
  END;
CREATE TABLE IF NOT EXISTS notes (
  call_id TEXT NOT NULL, fence INTEGER NOT NULL, number INTEGER NOT NULL, event TEXT NOT NULL,
  PRIMARY KEY (call_id, fence, number)) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS turn_written AFTER UPDATE OF version ON calls BEGIN
    DELETE FROM notes WHERE call_id = NEW.id;
  END;
CREATE TABLE IF NOT EXISTS counters (
  key TEXT PRIMARY KEY, count INTEGER NOT NULL, until INTEGER NOT NULL, caller_key TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shared (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS processes (
  name TEXT PRIMARY KEY, seen_at INTEGER NOT NULL, knows INTEGER NOT NULL) WITHOUT ROWID;`;

export const STATEMENTS = {
  begin: `INSERT INTO calls (id, fence, holder, lease_until, pending, last_at) VALUES ($id, 1, $holder, $until, $event, $now)
    ON CONFLICT (id) DO UPDATE SET fence = fence + 1, holder = $holder, lease_until = $until, last_at = $now,
      unfinished = pending, pending = $event
    WHERE lease_until <= $now OR holder = $holder OR $force
    RETURNING fence, version, interrupts, unfinished, claims, claim_count, ended_at, CASE WHEN version = $known THEN NULL ELSE state END,
      (SELECT count(*) FROM notes WHERE call_id = $id AND fence = calls.fence - 1)`,
  holder: 'SELECT holder FROM calls WHERE id = $id',
  note: `INSERT INTO notes SELECT id, fence, $number, $event FROM calls WHERE id = $id AND fence = $fence`,
  noteAt: `INSERT INTO notes SELECT id, fence, $number, $event FROM calls
    WHERE id = $id AND fence = $fence AND version = $version ON CONFLICT DO NOTHING`,
  noted: 'SELECT event FROM notes WHERE call_id = $id AND fence = $fence ORDER BY number',
  forgetNotes: 'DELETE FROM notes WHERE call_id = $id',
  commit: `UPDATE calls SET version = version + $steps, lease_until = $until, pending = NULL, unfinished = NULL, state = $state,
    claims = coalesce($claims, claims), last_at = $now, ended_at = CASE WHEN $ended THEN ended_at END,
    page_count = page_count + ($facts IS NOT NULL), page_at = $at, page_facts = $facts, page_words = $words
    WHERE id = $id AND fence = $fence AND version = $version`,
  about: `UPDATE calls SET started_at = $startedAt, profile = $profile, caller_key = $callerKey, keep = $keep, keep_ms = $keepMs
    WHERE id = $id`,
  end: `UPDATE calls SET ended_at = coalesce(ended_at, $now), claims = NULL, claim_count = 0, pending = NULL, unfinished = NULL,
    page_facts = NULL, page_words = NULL WHERE id = $id`,
  silence: 'UPDATE calls SET fence = fence + 1, lease_until = 0, state = NULL WHERE id = $id',
  page: `UPDATE calls SET page_count = page_count + 1, page_at = $at, page_facts = $facts, page_words = $words
    WHERE id = $id`,
  pageAt: `UPDATE calls SET page_count = page_count + 1, page_at = $at, page_facts = $facts, page_words = $words
    WHERE id = $id AND fence = $fence AND version = $version`,
  forgetWords: `UPDATE pages SET words = NULL WHERE call_id = $id AND words IS NOT NULL
    AND (SELECT keep FROM calls WHERE id = $id) <> 'everything'`,
  forgetPages: `DELETE FROM pages WHERE call_id = $id AND (SELECT keep FROM calls WHERE id = $id) = 'nothing'`,
  claim: `UPDATE calls SET claims = $claims, claim_count = claim_count + 1
    WHERE id = $id AND fence = $fence AND claim_count = $expected`,
  count: `INSERT INTO counters (key, count, until, caller_key) SELECT $key, 1, $until, $callerKey WHERE $limit > 0
    ON CONFLICT (key) DO UPDATE SET count = count + 1 WHERE count < $limit`,
  counted: 'SELECT count FROM counters WHERE key = $key',
  interrupt: 'UPDATE calls SET interrupts = interrupts + 1 WHERE id = $id',
  look: 'SELECT fence, interrupts FROM calls WHERE id = $id',
  renew:
    'UPDATE calls SET lease_until = $until WHERE id = $id AND fence = $fence RETURNING fence, interrupts',
  standing: 'SELECT ended_at FROM calls WHERE id = $id',
  hasCalled: `SELECT 1 FROM calls WHERE caller_key = $callerKey AND profile = $profile AND id <> $id LIMIT 1`,
  calls: `SELECT id, started_at, profile, caller_key, keep, keep_ms, last_at, ended_at, version, state, claim_count
    FROM calls ORDER BY coalesce(started_at, last_at), id`,
  pages: 'SELECT at, facts, words FROM pages WHERE call_id = $id ORDER BY number',
  due: `SELECT id FROM calls WHERE ended_at IS NOT NULL
    AND ended_at + CASE WHEN keep = 'nothing' THEN ${TOMBSTONE_MS} ELSE max(keep_ms, ${TOMBSTONE_MS}) END <= $now`,
  silent: 'SELECT id FROM calls WHERE ended_at IS NULL AND last_at + $silentFor <= $now',
  ofCaller: 'SELECT id FROM calls WHERE caller_key = $callerKey',
  deletePages: 'DELETE FROM pages WHERE call_id = $id',
  deleteCall: 'DELETE FROM calls WHERE id = $id',
  deleteCountersOf: 'DELETE FROM counters WHERE caller_key = $callerKey',
  deleteCounters: 'DELETE FROM counters WHERE until <= $now',
  share: 'INSERT INTO shared (name, value) VALUES ($name, $value) ON CONFLICT DO NOTHING',
  probe: `INSERT INTO shared (name, value) VALUES ('probe', $at) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  sharedValue: 'SELECT value FROM shared WHERE name = $name',
  processes: 'SELECT name, seen_at, knows FROM processes',
  process: `INSERT INTO processes VALUES ($name, $now, $knows)
    ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, knows = excluded.knows`,
  deleteProcess: 'DELETE FROM processes WHERE name = $name',
  latestProcess: 'SELECT max(knows) FROM processes',
  dataVersion: 'PRAGMA data_version',
  beginTransaction: 'BEGIN IMMEDIATE',
  commitTransaction: 'COMMIT',
  rollBack: 'ROLLBACK',
} as const;

export type Name = keyof typeof STATEMENTS;

/** When a turn has ended, and until when its lease holds (0: it was given back). Milliseconds since 1970. */
export interface ResultTimes {
  nowMs: number;
  untilMs: number;
}

/** What `commit` is given for the result of a turn, or for the last one of several that the file was not told of. */
export function resultValues(
  { callId: id, fence, version }: Lease,
  { page, state, claims, ended = false }: TurnResult,
  { nowMs: now, untilMs: until }: ResultTimes,
  steps = 1,
) {
  const { atMs: at = 0, facts = null, words = null } = page ?? {};
  const result = { state: state.sealed, claims: claims ?? null, ended: Number(ended), at, facts, words };
  return { id, fence, version, steps, now, until, ...result };
}
