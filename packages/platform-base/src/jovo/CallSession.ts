import { JovoSession, type PersistableSessionData, type StoredElementSession } from '@jovotech/framework';
import type { CallInfo } from '../call-info';

/** What a session of a call carries beyond Jovo's own. */
export interface CallSessionFields {
  /** The call as the network describes it, merged over all its events. */
  sessionInfo?: CallInfo;
  /** How often the caller has interrupted. */
  bargeInCount?: number;
}

declare module '@jovotech/framework/dist/types/JovoSession' {
  interface JovoSession extends CallSessionFields {}
}

interface PersistableCall extends PersistableSessionData {
  sessionInfo?: CallInfo;
  bargeInCount?: number;
}

export class CallSession extends JovoSession {
  override sessionInfo?: CallInfo;
  override bargeInCount = 0;

  override getPersistableData(): PersistableCall {
    return {
      ...super.getPersistableData(),
      sessionInfo: this.sessionInfo,
      bargeInCount: this.bargeInCount,
    };
  }

  /** A row of another call is refused: Jovo would take over even its id. What this process has counted wins. */
  override setPersistableData(data?: PersistableCall, config?: StoredElementSession): this {
    if (!data || data.id !== this.id) return this;
    const { sessionInfo, bargeInCount, isNew } = this;
    super.setPersistableData(data, config);
    this.isNew = isNew;
    if (data.sessionInfo) this.sessionInfo = { ...data.sessionInfo, ...sessionInfo };
    this.bargeInCount = Math.max(bargeInCount, data.bargeInCount ?? 0);
    return this;
  }
}
