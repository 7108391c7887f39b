/** Classes that no plugin has. */
import { type Desired, type Finding, placeOf } from '../../plan/index.ts'

export function missingClass(node: Desired<'Connector'>, connectorClass: string, known: readonly string[]): Finding {
  const simple = (name: string) => name.slice(name.lastIndexOf('.') + 1)
  const close = known.filter((name) => simple(name).toLowerCase() === simple(connectorClass).toLowerCase())
  return {
    severity: 'error',
    reason: 'ConnectorClassNotFound',
    ...placeOf(node, 'connector.class'),
    message: `Connector ${node.name} needs class ${connectorClass}, which no plugin of Kafka Connect has`,
    mend: close.length > 0 ? `Did you mean ${close.join(' or ')}?` : 'Install the plugin on every Connect worker, or use one of the installed classes.',
  }
}
