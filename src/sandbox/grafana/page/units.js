/** Numbers as people read them, by Grafana's unit ids. */
const SHORT = ['', ' K', ' Mil', ' Bil', ' Tri']
const BYTES = [' B', ' KiB', ' MiB', ' GiB', ' TiB', ' PiB']
const DEC_BYTES = [' B', ' kB', ' MB', ' GB', ' TB', ' PB']
const TIMES = [
  [' year', 31_536_000_000],
  [' week', 604_800_000],
  [' day', 86_400_000],
  [' hour', 3_600_000],
  [' min', 60_000],
  [' s', 1000],
  [' ms', 1],
]
const SUFFIX = {
  percent: '%',
  reqps: ' req/s',
  ops: ' ops/s',
  rps: ' reads/s',
  wps: ' writes/s',
  iops: ' io/s',
  cps: ' c/s',
  currencyUSD: '',
  hertz: ' Hz',
  celsius: ' °C',
}

export function formatValue(value, unit, decimals) {
  if (value === null || value === undefined || Number.isNaN(value)) return ''
  if (typeof value !== 'number') return String(value)
  switch (unit) {
    case 'bytes':
      return scaled(value, 1024, BYTES, decimals)
    case 'decbytes':
      return scaled(value, 1000, DEC_BYTES, decimals)
    case 'Bps':
      return `${scaled(value, 1000, DEC_BYTES, decimals)}/s`
    case 'binBps':
      return `${scaled(value, 1024, BYTES, decimals)}/s`
    case 'percentunit':
      return `${fixed(value * 100, decimals)}%`
    case 's':
      return duration(value * 1000, decimals)
    case 'ms':
      return duration(value, decimals)
    case 'none':
    case 'string':
      return fixed(value, decimals)
    case 'locale':
      return value.toLocaleString()
    case undefined:
    case '':
    case 'short':
      return scaled(value, 1000, SHORT, decimals)
    default:
      if (unit in SUFFIX) return scaled(value, 1000, SHORT, decimals) + SUFFIX[unit]
      return `${fixed(value, decimals)} ${unit.replace(/^(suffix|prefix|si):/, '')}`
  }
}

function scaled(value, base, names, decimals) {
  let size = Math.abs(value)
  let step = 0
  while (size >= base && step < names.length - 1) {
    size /= base
    step++
  }
  return fixed(Math.sign(value) * size, decimals) + names[step]
}

function duration(ms, decimals) {
  const [name, size] = TIMES.find(([, least]) => Math.abs(ms) >= least) ?? TIMES[TIMES.length - 1]
  return fixed(ms / size, decimals) + name
}

function fixed(value, decimals) {
  if (typeof decimals === 'number') return value.toFixed(decimals)
  return String(Number(value.toPrecision(Math.abs(value) >= 100 ? Math.max(3, Math.ceil(Math.log10(Math.abs(value) + 1))) : 3)))
}
