import type { Span } from './ast.ts'
import type { Catalogue, Source } from './catalogue.ts'
import { refuse } from './error.ts'
import { formatName } from './print/names.ts'

/** The source of that name; refuses an unknown one, with the name that was probably meant. */
export function sourceNamed(name: string, catalogue: Catalogue, span: Span): Source {
  return catalogue.source(name) ?? refuse(`${name} does not exist.${similarSource(name, catalogue)}`, span, { stage: 'prepare' })
}

/** `\nDid you mean ...` if a source differs from `name` only in the case of its letters, else nothing. */
function similarSource(name: string, catalogue: Catalogue): string {
  const candidates = catalogue.sourceNames().filter((candidate) => candidate.toUpperCase() === name.toUpperCase() && candidate !== name)
  const [first] = candidates
  if (first === undefined) return ''
  const hint = first === first.toUpperCase() ? 'removing double quotes from the source name' : 'wrapping the source name in double quotes'
  return `\nDid you mean ${candidates.map(formatHint).join(' or ')}? Hint: try ${hint}.`
}

function formatHint(name: string): string {
  return formatName(name) === name ? name : `"${name}"`
}
