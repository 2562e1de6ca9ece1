import type { Call, CallRef, WireTypes } from '@jovo-telephony/platform-base';
import { InputType } from '@jovo-telephony/telephony';
import { DbPlugin, type DbPluginConfig, type Jovo } from '@jovotech/framework';
import type { SessionItem } from './call-file';
import type { Journal } from './journal';

/** One of our platforms, or any other. */
type AnyPlatform = Jovo['$platform'] & { readonly wire?: { readonly network: string } };

/** Longer than any call: Jovo's own limit of 15 minutes drops sessions without a word. */
const SESSION_SECONDS = 24 * 3_600;

/** A Jovo instance of one of our platforms. */
type CallJovo = Jovo & { readonly turn?: { readonly call: Call<WireTypes> } };

/**
 * Jovo's session, read from the record of the call and kept in it. Nothing is stored here: the journal has taken the
 * call before Jovo is asked, and writes it when the turn has ended.
 */
export class JournalSessions extends DbPlugin<DbPluginConfig> {
  /** Holds nothing of an event, so it need not be copied for one. */
  readonly [Symbol.toStringTag] = 'ByReference';

  constructor(private readonly journal: Journal) {
    super({
      storedElements: { user: false, session: { enabled: true, expiresAfterSeconds: SESSION_SECONDS } },
    });
  }

  override get name(): string {
    return 'JournalSessions';
  }

  override async loadData(callId: string, jovo: Jovo): Promise<void> {
    const ref = refOf(callId, jovo);
    const item = this.journal.sessionOf(ref);
    if (item) {
      jovo.$user.isNew = false;
      jovo.setPersistableData(item as never, this.config.storedElements);
    } else {
      // From the first word on: a turn may be written down before it has ended.
      await this.saveData(callId, jovo);
    }
  }

  override async saveData(callId: string, jovo: Jovo): Promise<void> {
    // The last turn empties the session, but the record ends with what was in it.
    if (jovo.$input.type === InputType.SESSION_END || wasLeftBehind(jovo)) return;
    const { createdAt } = jovo.$user;
    const item: SessionItem = { session: jovo.$session.getPersistableData(), createdAt };
    this.journal.keepSession(refOf(callId, jovo), item);
  }
}

function refOf(callId: string, jovo: Jovo): CallRef {
  const { wire, id } = jovo.$platform as AnyPlatform;
  return { network: wire?.network ?? id, callId };
}

/** A later turn has begun without waiting for this one, which must not bring back what that one has changed. */
function wasLeftBehind(jovo: CallJovo): boolean {
  const { turn } = jovo;
  return turn !== undefined && turn.call.running !== (turn as unknown);
}
