import { type Clock, InputType } from '@jovo-telephony/telephony';
import { InputType as Core, DbPlugin, type DbPluginConfig, type Jovo } from '@jovotech/framework';

/** What Jovo stores of a call, and when it was last used. */
interface Row {
  item: Record<string, unknown>;
  usedAtMs: number;
}

/** A call that nobody has spoken of for so long is over, whatever the network says. */
const FORGET_AFTER_MS = 4 * 3_600_000;
/** Longer than any call: Jovo's own limit of 15 minutes drops sessions without a word. */
const SESSION_SECONDS = 24 * 3_600;

/**
 * Keeps each call's session between its events, in this process. The rows live in a map that all of Jovo's copies
 * of the plugin share; the platform sees to it that events of one call come one after the other.
 */
export class MemorySessions extends DbPlugin<DbPluginConfig> {
  private readonly rows = new SharedRows();

  constructor(private readonly clock: Pick<Clock, 'nowMs'>) {
    super({
      storedElements: { user: false, session: { enabled: true, expiresAfterSeconds: SESSION_SECONDS } },
    });
    Object.defineProperty(clock, Symbol.toStringTag, { value: 'ByReference', configurable: true });
  }

  override get name(): string {
    return 'MemorySessions';
  }

  /** Calls that are stored. */
  get size(): number {
    return this.rows.size;
  }

  override async loadData(callId: string, jovo: Jovo): Promise<void> {
    const row = this.rows.get(callId);
    if (!row) return;
    jovo.$user.isNew = false;
    jovo.setPersistableData(row.item as never, this.config.storedElements);
  }

  override async saveData(callId: string, jovo: Jovo): Promise<void> {
    if (jovo.$input.type === InputType.SESSION_END || jovo.$input.type === Core.End) {
      this.rows.delete(callId);
      return;
    }
    const item: Record<string, unknown> = {};
    await this.applyPersistableData(jovo, item);
    const nowMs = this.clock.nowMs();
    // The row used last goes to the end, so that the oldest are the first.
    this.rows.delete(callId);
    this.rows.set(callId, { item, usedAtMs: nowMs });
    for (const [oldest, { usedAtMs }] of this.rows) {
      if (nowMs - usedAtMs < FORGET_AFTER_MS) break;
      this.rows.delete(oldest);
    }
  }
}

/** Lodash's deep clone, which Jovo runs over its plugins for every event, leaves this map alone. */
class SharedRows extends Map<string, Row> {
  override get [Symbol.toStringTag](): string {
    return 'ByReference';
  }
}
