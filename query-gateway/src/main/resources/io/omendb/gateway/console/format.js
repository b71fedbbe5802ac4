// Figures for people.

const MISSING = "–";
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const rough = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

const known = value => typeof value === "bigint" || Number.isFinite(value);

export const count = value => (known(value) ? whole.format(value) : MISSING);
export const brief = value => (known(value) ? (Math.abs(value) < 1000 ? short : compact).format(value) : MISSING);

export function milliseconds(value, format = short) {
  if (!known(value)) return MISSING;
  return value < 1000 ? format.format(value) + " ms" : value < 120_000 ? format.format(value / 1000) + " s" : whole.format(value / 60_000) + " min";
}

/** For where three of them share a line. */
export const roughMilliseconds = value => milliseconds(value, rough);

export function bytes(value) {
  if (!known(value)) return MISSING;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let scaled = Number(value), unit = 0;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return short.format(scaled) + " " + units[unit];
}

export const ratio = value => (known(value) ? Number(value).toFixed(3) : MISSING);
export const plural = (n, one, many = one + "s") => `${count(n)} ${n === 1 ? one : many}`;
