/** Colours: names as dashboards use them, a palette for series, thresholds. */
const NAMED = {
  green: '#5fb878',
  'dark-green': '#37872d',
  'semi-dark-green': '#56a64b',
  'light-green': '#96d98d',
  yellow: '#f2cc0c',
  'dark-yellow': '#e0b400',
  'semi-dark-yellow': '#f2cc0c',
  orange: '#ff9830',
  'dark-orange': '#fa6400',
  'semi-dark-orange': '#ff780a',
  red: '#f2495c',
  'dark-red': '#c4162a',
  'semi-dark-red': '#e02f44',
  blue: '#5794f2',
  'dark-blue': '#1f60c4',
  'semi-dark-blue': '#3274d9',
  purple: '#b877d9',
  'dark-purple': '#8f3bb8',
  'semi-dark-purple': '#a352cc',
  text: '#d6dae3',
  transparent: 'transparent',
}
const PALETTE = [
  '#6fcf97',
  '#f2c94c',
  '#56a8f5',
  '#f2994a',
  '#eb5e6f',
  '#a78bfa',
  '#4dd0c4',
  '#e58ad8',
  '#b5cf5a',
  '#7f9cf5',
  '#d9a066',
  '#5ec5ed',
  '#f08a8a',
  '#93c47d',
  '#c9a6f0',
  '#e3d26f',
]

export function colorOf(name) {
  return NAMED[name] ?? name ?? PALETTE[0]
}

export function seriesColor(config, index) {
  if (config.color?.mode === 'fixed' && config.color.fixedColor) return colorOf(config.color.fixedColor)
  return PALETTE[index % PALETTE.length]
}

/** Steps from low to high; the first one stands for everything below the second. */
export function thresholdSteps(config, max) {
  const steps = config.thresholds?.steps ?? []
  const percent = config.thresholds?.mode === 'percentage'
  return steps.map(({ value, color }, i) => ({
    value: i === 0 || value === null ? Number.NEGATIVE_INFINITY : percent ? (value / 100) * max : value,
    color: colorOf(color),
  }))
}

export function thresholdColor(config, value, max) {
  const steps = thresholdSteps(config, max)
  return steps.findLast((step) => value >= step.value)?.color ?? PALETTE[0]
}

export function withAlpha(color, alpha) {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return color
  return `${color}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`
}
