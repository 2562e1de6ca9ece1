import { watch } from 'node:fs';
import { loadProfiles, ProfileError, type Profiles } from './profiles';

export interface ProfileWatch {
  /** Ends the watch; nothing is reported any more. May be called twice. */
  close(): void;
}

/** Editors write a file in several steps; the profiles are read once these are over. */
const DEBOUNCE_MS = 100;

/**
 * For development: reads the profiles again whenever a YAML file of the folder changes. `onChange` gets only
 * profiles that are sound as a whole; otherwise `onFault` is told and the caller keeps what it has. Keeps no
 * process alive. Throws a `ProfileError` if the folder cannot be watched.
 */
export function watchProfiles(
  folder: string,
  onChange: (profiles: Profiles) => void,
  onFault: (error: ProfileError) => void,
  { debounceMs = DEBOUNCE_MS }: { debounceMs?: number } = {},
): ProfileWatch {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const reload = () => {
    timer = undefined;
    let profiles: Profiles;
    try {
      profiles = loadProfiles(folder);
    } catch (error) {
      // A file may vanish between being listed and being read.
      onFault(error instanceof ProfileError ? error : new ProfileError([`${folder}: ${reasonOf(error)}`]));
      return;
    }
    onChange(profiles);
  };

  const watcher = watchFolder(folder);
  watcher.unref();
  watcher.on('change', (_, file) => {
    // Some systems do not say which file.
    if (closed || (typeof file === 'string' && !/\.ya?ml$/.test(file))) return;
    clearTimeout(timer);
    timer = setTimeout(reload, debounceMs);
    timer.unref();
  });
  watcher.on('error', (error) => {
    if (!closed) onFault(new ProfileError([`${folder}: ${reasonOf(error)}`]));
  });

  return {
    close() {
      closed = true;
      clearTimeout(timer);
      watcher.close();
    },
  };
}

function watchFolder(folder: string) {
  try {
    return watch(folder, { persistent: false });
  } catch (error) {
    throw new ProfileError([`${folder}: ${reasonOf(error)}`]);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
    ? `cannot be read (${String(error.message)})`
    : 'cannot be read';
}
