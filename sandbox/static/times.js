// Moments as Discord writes them.

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const UNITS = [
  ["year", 31536000],
  ["month", 2592000],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
/** The sandbox's clock may have been moved on: the present is there, not in the browser. */
let aheadMs = 0;
export const now = () => Date.now() + aheadMs;

export function setAhead(seconds) {
  aheadMs = seconds * 1000;
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export function ago(date) {
  const seconds = Math.round((date - now()) / 1000);
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS.at(-1);
  return relative.format(Math.trunc(seconds / size), unit);
}

export function written(date, style = "f") {
  if (style === "R") return ago(date);
  return new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f).format(date);
}

/** "Today at 14:02" for today, else the date and the time. */
export function stamp(date) {
  const time = written(date, "t");
  if (date.toDateString() === new Date(now()).toDateString()) return `Today at ${time}`;
  return `${written(date, "d")} ${time}`;
}

export function timeElement(el, date, style) {
  return el("time", { datetime: date.toISOString(), title: written(date, "F"), data: { style } }, written(date, style));
}

export function freshenTimes() {
  for (const node of document.querySelectorAll('time[data-style="R"]')) {
    const text = ago(new Date(node.dateTime));
    if (node.textContent !== text) node.textContent = text;
  }
}
