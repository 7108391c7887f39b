/** A DOUBLE as the server prints a literal: one digit before the point, an exponent always (`1.5E3`, `1E0`). */
export function formatDecimalExponent(value: number): string {
  if (Object.is(value, -0)) return '-0E0'
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  return `${mantissa}E${Number(exponent)}`
}
