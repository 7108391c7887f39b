/** Whether the class of a connector is installed, of the right kind, and allowed. */
import { type ConnectorItem, type Draft, refuse } from './draft.ts'
import { placeIn } from './place.ts'

export function checkClass(draft: Draft, item: ConnectorItem): boolean {
  const name = item.config['connector.class'] ?? ''
  const { path, ...at } = placeIn(item.place, 'connector.class')
  if (name === '') {
    // An unresolved default was reported already.
    if (!draft.findings.some(({ reason, path }) => reason === 'ConnectorClassNotFound' && path.startsWith(item.specPath)))
      refuse(draft, 'ConnectorConfigInvalid', path, `Connector ${item.name} names no connector.class`, 'Add connector.class.', at)
    return false
  }
  const known = draft.facts.plugins
  const plugin = known?.find((candidate) => namesClass(name, candidate.class))
  if (known && !plugin) {
    const close = known.filter((candidate) => simpleName(candidate.class).toLowerCase() === simpleName(name).toLowerCase()).map((candidate) => candidate.class)
    refuse(
      draft,
      'ConnectorClassNotFound',
      path,
      `Connector ${item.name} needs class ${name}, which no plugin of Kafka Connect has`,
      close.length > 0 ? `Did you mean ${close.join(' or ')}?` : 'Install the plugin on every Connect worker, or use one of the installed classes.',
      at,
    )
    return false
  }
  if (plugin && plugin.type !== item.direction) {
    refuse(
      draft,
      'ConnectorConfigInvalid',
      path,
      `Class ${name} of ${item.name} is a ${plugin.type}, and a ${item.direction} is declared`,
      `Declare it in spec.${plugin.type}s.`,
      at,
    )
    return false
  }
  const allowed = draft.platform.spec.limits.allowedConnectorClasses
  if (allowed && !isAllowed(name, known, allowed)) {
    refuse(draft, 'LimitExceeded', path, `The platform does not allow connectors of class ${name}`, `Use one of ${allowed.join(', ')}.`, at)
    return false
  }
  return true
}

/** A simple name stands for whatever the worker finds under it, so it is the class found that must be allowed, not the name. */
function isAllowed(name: string, known: Draft['facts']['plugins'], allowed: readonly string[]): boolean {
  if (!known) return allowed.some((one) => namesClass(name, one) || namesClass(one, name))
  const exact = known.filter((plugin) => plugin.class === name)
  const meant = exact.length > 0 ? exact : known.filter((plugin) => namesClass(name, plugin.class))
  return meant.every((plugin) => allowed.some((one) => namesClass(one, plugin.class)))
}

const simpleName = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** Connect also takes a class by its simple name, with or without the ending Connector. */
function namesClass(written: string, full: string): boolean {
  if (written === full || written === simpleName(full)) return true
  return /(Source|Sink)?Connector$/.test(full) && written === simpleName(full).replace(/Connector$/, '')
}
