/** When somebody is there. Wall-clock time of one place; summer time is Intl's business. */
export interface OpeningHours {
  /** IANA name: `Europe/Berlin`. */
  timeZone: string;
  week: readonly OpeningRange[];
  /** Days without opening: `2026-12-24`, or `12-25` for every year. A range begun the evening before still ends. */
  holidays?: readonly string[];
}

export interface OpeningRange {
  /** `mon-fri`, `sat`, `mon,wed,fri`, `fri-mon`. */
  days: string;
  /** `09:00`. */
  from: string;
  /** `18:00`, exclusive; `24:00` is the end of the day, earlier than `from` means the next morning. */
  to: string;
}

/** One moment as a clock on the wall there shows it. */
export interface LocalTime {
  /** `2026-12-24`. */
  date: string;
  /** 0 is Monday. */
  weekday: number;
  /** Since midnight. */
  minutes: number;
}

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;

const formats = new Map<string, Intl.DateTimeFormat>();

const formatFor = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formats.set(timeZone, format);
  return format;
};

/**
 * A moment as local time, or undefined if it or the time zone cannot be read.
 *
 * @param nowIso ISO 8601 with `Z` or an offset; without one it would mean the time zone of the server
 */
export function localTime(nowIso: string, timeZone: string): LocalTime | undefined {
  const nowMs = ISO.test(nowIso) ? Date.parse(nowIso) : Number.NaN;
  if (Number.isNaN(nowMs)) return undefined;
  try {
    const parts = formatFor(timeZone).formatToParts(nowMs);
    const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
    const date = `${part('year')}-${part('month')}-${part('day')}`;
    return { date, weekday: weekdayOf(date), minutes: Number(part('hour')) * 60 + Number(part('minute')) };
  } catch {
    return undefined;
  }
}

const weekdayOf = (date: string): number => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;

const dayBefore = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);

/** Whether it is open; undefined when that cannot be told, which counts as closed. */
export function isOpen(hours: OpeningHours, nowIso: string): boolean | undefined {
  const now = localTime(nowIso, hours.timeZone);
  if (now === undefined || hoursProblems(hours).length > 0) return undefined;
  const yesterday = { date: dayBefore(now.date), weekday: (now.weekday + 6) % 7 };
  return hours.week.some((range) => {
    const days = daysOf(range.days) ?? [];
    const from = minutesOf(range.from) ?? 0;
    const to = minutesOf(range.to) ?? 0;
    const end = to > from ? to : to + DAY_MINUTES;
    const begunOn = (day: { date: string; weekday: number }, minutes: number): boolean =>
      days.includes(day.weekday) && !isHoliday(hours, day.date) && minutes >= from && minutes < end;
    return begunOn(now, now.minutes) || begunOn(yesterday, now.minutes + DAY_MINUTES);
  });
}

const isHoliday = ({ holidays = [] }: OpeningHours, date: string): boolean =>
  holidays.includes(date) || holidays.includes(date.slice(5));

/** `mon-fri` -> [0, 1, 2, 3, 4]; undefined if it cannot be read. */
const daysOf = (text: string): number[] | undefined => {
  const days: number[] = [];
  for (const item of text.toLowerCase().split(',')) {
    const [first = '', last = first, ...more] = item.trim().split('-');
    const from = WEEKDAYS.indexOf(first.trim());
    const to = WEEKDAYS.indexOf(last.trim());
    if (from < 0 || to < 0 || more.length > 0) return undefined;
    for (let day = from; ; day = (day + 1) % 7) {
      days.push(day);
      if (day === to) break;
    }
  }
  return days;
};

const minutesOf = (text: string): number | undefined => {
  const [, hour, minute] = /^(\d{2}):(\d{2})$/.exec(text) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && minutes <= DAY_MINUTES ? minutes : undefined;
};

/** What is wrong with declared hours, one sentence each; empty when nothing is. */
export function hoursProblems(hours: OpeningHours): string[] {
  const problems: string[] = [];
  try {
    formatFor(hours.timeZone);
  } catch {
    problems.push(`"${hours.timeZone}" is not a time zone: write it like Europe/Berlin.`);
  }
  for (const { days, from, to } of hours.week) {
    if (daysOf(days) === undefined) problems.push(`"${days}" are not weekdays: write them like mon-fri.`);
    for (const time of [from, to]) {
      if (minutesOf(time) === undefined) problems.push(`"${time}" is not a time: write it like 09:00.`);
    }
    if (from === to) problems.push(`The range from ${from} to ${to} is empty.`);
  }
  for (const day of hours.holidays ?? []) {
    if (!/^(?:\d{4}-)?\d{2}-\d{2}$/.test(day))
      problems.push(`"${day}" is not a date: write it like 2026-12-24.`);
  }
  return problems;
}
