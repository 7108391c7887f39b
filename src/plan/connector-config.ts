/** Keys of a connector's config that are not the pipeline's to set, whatever the worker would say to them. */
import { MARK_PREFIX } from '../api/index.ts'
import { type ConnectorItem, type Draft, refuse } from './draft.ts'
import { placeIn } from './place.ts'
import { unsafeConfig } from './unsafe-config.ts'

export function checkConfig(draft: Draft, item: ConnectorItem): boolean {
  const own = item.secrets.filter(({ namespace }) => namespace === draft.owner.namespace).map(({ key }) => key)
  return checkMarks(draft, item, own) && checkHidden(draft, item, own) && checkUnsafe(draft, item, own) && checkClasses(draft, item)
}

const say = (draft: Draft, item: ConnectorItem, reason: string, key: string, message: string, mend: string): false => {
  const { path, ...at } = placeIn(item.place, key)
  refuse(draft, reason, path, message, mend, at)
  return false
}

/** Whose a connector is stands among its config. */
function checkMarks(draft: Draft, item: ConnectorItem, secret: readonly string[]): boolean {
  const key = [...Object.keys(item.config), ...secret].find((one) => one.startsWith(MARK_PREFIX))
  if (key === undefined) return true
  return say(draft, item, 'ConnectorConfigInvalid', key, `${key} of connector ${item.name} is a mark of the operator’s own`, `Leave ${key} out.`)
}

/** What decides which code runs and which topics it touches; a Secret would hide it from every check here. */
const DECISIVE =
  /^(name|connector\.class|tasks\.max|transforms|predicates|topics(\.regex)?|(transforms|predicates)\..*)$|(^|\.)(class|classes|converter)$|(^|[._])topics?([._](name|prefix|format|pattern|regex))?$/i

function checkHidden(draft: Draft, item: ConnectorItem, secret: readonly string[]): boolean {
  const key = secret.find((one) => DECISIVE.test(one))
  if (key === undefined) return true
  const message = `${key} of connector ${item.name} decides what the connector is or which topics it uses, so it cannot come from a Secret`
  return say(draft, item, 'ConnectorConfigInvalid', key, message, `Write ${key} into config.`)
}

/** Of values that come from Secrets only the keys are seen here; the values are looked at where they are read. */
function checkUnsafe(draft: Draft, item: ConnectorItem, secret: readonly string[]): boolean {
  if (draft.platform.spec.limits.allowUnsafeConnectorConfig) return true
  const [objection] = unsafeConfig({ ...Object.fromEntries(secret.map((key) => [key, ''])), ...item.config })
  if (!objection) return true
  const { key, why } = objection
  const mend = 'Leave it out, or have the owner of the platform set spec.limits.allowUnsafeConnectorConfig.'
  return say(draft, item, 'UnsafeConfigRefused', key, `${key} of connector ${item.name} ${why}`, mend)
}

/** What every worker has, and what can neither run code nor reach anything else. */
const STOCK = /^org\.apache\.kafka\.(connect\.(transforms|converters|json|storage)|common\.serialization)\.[A-Za-z.$]+$/

/**
 * A list of allowed classes holds for every class that a config names: transforms, predicates, converters, and what stands
 * under a key that ends in `.class` or `.classes`. Else an allowed connector would run any other installed class.
 */
function checkClasses(draft: Draft, item: ConnectorItem): boolean {
  const allowed = draft.platform.spec.limits.allowedConnectorClasses
  if (!allowed) return true
  for (const key of classKeys(item.config)) {
    for (const name of listed(item.config, key)) {
      if (name === '' || STOCK.test(name) || allowed.includes(name)) continue
      const message = `The platform does not allow class ${name}, which ${key} of connector ${item.name} names`
      return say(draft, item, 'LimitExceeded', key, message, `Use a class of Apache Kafka, by its full name, or one of ${allowed.join(', ')}.`)
    }
  }
  return true
}

function classKeys(config: Readonly<Record<string, string>>): string[] {
  const typed = (['transforms', 'predicates'] as const).flatMap((kind) => listed(config, kind).map((alias) => `${kind}.${alias}.type`))
  return Object.keys(config).filter(
    (key) =>
      typed.includes(key) ||
      /(^|\.)(key|value|header)\.converter$/.test(key) ||
      // `s3.storage.class: STANDARD` is none.
      (key !== 'connector.class' && /(^|\.)class(es)?$/.test(key) && config[key]!.includes('.')),
  )
}

/** The parts of a list, as Kafka reads lists. */
export const listed = (config: Readonly<Record<string, string>>, key: string): string[] => (config[key] ?? '').split(',').map((part) => part.trim())
