/** Rounds half up on the shortest decimal form, as Java's Formatter does: 1.005 becomes 1.01 where toFixed gives 1.00. */
function rounded(value: number, digits: number): string {
  const size = Math.abs(value);
  const scaled =
    size < 1e-6 || size >= 1e15 ? Math.round(size * 10 ** digits) : Math.round(Number(`${size}e${digits}`));
  const text = String(scaled).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const sign = value < 0 && scaled !== 0 ? '-' : '';
  return sign + (digits === 0 ? text : `${whole}.${text.slice(text.length - digits)}`);
}

const grouped = (text: string): string => text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',');

/** `%<width>.<digits>f`; NaN as Java prints it. */
export const fixed = (value: number, digits: number, width = 0): string =>
  (Number.isNaN(value) ? 'NaN' : rounded(value, digits)).padStart(width);

/** `%,<width>.<digits>f`: with commas between thousands. */
export const fixedGrouped = (value: number, digits: number, width = 0): string =>
  (Number.isNaN(value) ? 'NaN' : grouped(rounded(value, digits))).padStart(width);

/** `%,<width>d`. */
export const integerGrouped = (value: number, width = 0): string => grouped(String(Math.trunc(value))).padStart(width);
