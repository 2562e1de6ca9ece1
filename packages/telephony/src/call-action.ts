/** A voice of the network's speech synthesis. An unknown provider is passed on as it is. */
export interface Voice {
  provider: string;
  /** BCP-47, for example `de-DE`. */
  language?: string;
  /** The provider's name or id of the voice. */
  voice?: string;
}

/** Who may interrupt while something is played. */
export interface Interruption {
  /** `words`: as soon as `minimumCharacters` are recognised; `sound`: any voice; `app`: only us; `never`. */
  by: 'words' | 'sound' | 'app' | 'never';
  minimumCharacters?: number;
  /** Protects the first milliseconds of playback. */
  notBeforeMs?: number;
}

/**
 * The keys that answer what is said make up one entry. A network that can collect them itself does, and brings them as
 * `DTMF_COLLECTED`; on any other each key comes by itself.
 */
export interface KeyEntrySettings {
  maxDigits: number;
  /** Silence of keys that ends the entry. */
  interDigitTimeoutMs: number;
  /** The key that ends the entry and is no part of it. */
  terminator: '#' | '*' | 'none';
}

/** Waits until what is being said has been heard. Without it an action takes effect at once. */
export interface AfterSpeech {
  after?: 'speech';
}

/**
 * What goes out, in words that hold on every network. A platform turns each into its own wire; what its network
 * cannot do degrades by the rule of {@link DEGRADATION}.
 */
export type CallAction =
  | ({ type: 'speak' } & ({ text: string } | { ssml: string }) & {
        voice?: Voice;
        interruption?: Interruption;
        /** Silence after which `USER_INPUT_TIMEOUT` comes, counted from the end of the speech. */
        inputTimeoutMs?: number;
        /** Silence that ends the caller's turn. */
        endOfTurnSilenceMs?: number;
        keys?: KeyEntrySettings;
      })
  /** Plays a base64 WAV file once. */
  | { type: 'play'; audio: string; interruption?: Interruption }
  /** A loop under the whole call; replaces the one before. */
  | { type: 'background'; audio: string; volume?: number }
  | { type: 'background_stop' }
  | { type: 'stop_speaking' }
  /** What is listened for from now on. */
  | {
      type: 'listen';
      provider?: string;
      languages?: string[];
      vocabulary?: string[];
      endOfTurnSilenceMs?: number;
    }
  | ({
      type: 'hang_up';
      /** What the call came to, in a word, for whoever ordered it: `appointment-confirmed`. */
      outcome?: string;
    } & AfterSpeech)
  | ({
      type: 'transfer';
      /** Digits, with or without +. */
      number: string;
      /** What the person called sees. */
      displayName: string;
      displayNumber: string;
      /** With it an unanswered transfer comes back as `TRANSFER_FAILED`; without it the call is over. */
      timeoutSeconds?: number;
    } & AfterSpeech)
  | { type: 'send_sms'; number: string; text: string }
  /** Settings that only the named network knows, for the whole call. Any other network passes over them. */
  | { type: 'network_settings'; network: string; settings: Readonly<Record<string, unknown>> };

export type CallActionType = CallAction['type'];
