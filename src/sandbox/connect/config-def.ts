/** Typed configuration with defaults and validation, answered in the form of Connect's `/config/validate`. */

export type ConfigType = 'STRING' | 'INT' | 'LONG' | 'BOOLEAN' | 'LIST' | 'CLASS' | 'PASSWORD' | 'DOUBLE'

export interface ConfigKey {
  readonly name: string
  readonly type: ConfigType
  /** Absent: required. Null: optional without a value. */
  readonly default?: string | null
  readonly importance?: 'HIGH' | 'MEDIUM' | 'LOW'
  readonly width?: 'SHORT' | 'MEDIUM' | 'LONG'
  /** Default: the name. */
  readonly display?: string
  /** Place in its group. */
  readonly order?: number
  readonly recommended?: readonly string[]
  readonly documentation: string
  readonly group?: string
  readonly oneOf?: readonly string[]
  /** Upper and lower case are the same for `oneOf`. */
  readonly anyCase?: boolean
  /** Of a LIST: checked even when it is missing. */
  readonly noNulls?: boolean
  readonly min?: number
  readonly max?: number
  /** A further rule: the text of what is wrong, or nothing. */
  readonly check?: (value: string) => string | undefined
}

export interface ConfigInfo {
  readonly definition: {
    readonly name: string
    readonly type: string
    readonly required: boolean
    readonly default_value: string | null
    readonly importance: string
    readonly documentation: string
    readonly group: string | null
    readonly width: string
    readonly display_name: string
    readonly order_in_group: number
    readonly dependents: string[]
  }
  readonly value: {
    readonly name: string
    readonly value: string | null
    readonly recommended_values: string[]
    readonly errors: string[]
    readonly visible: boolean
  }
}

export type Config = Readonly<Record<string, string>>

const NUMERIC: Partial<Record<ConfigType, RegExp>> = { INT: /^[+-]?\d+$/, LONG: /^[+-]?\d+$/, DOUBLE: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/ }

/** What is wrong with one value, in Kafka's words; empty when nothing is. */
function errorsOf(key: ConfigKey, value: string | null): string[] {
  if (value === null) {
    if (key.default !== undefined) return []
    const missing = `Missing required configuration "${key.name}" which has no default value.`
    // The validator of such a list also sees the missing value, and names the option without its prefix.
    return key.noNulls ? [missing, `Configuration '${key.name.split('.').at(-1)}' values must not be null.`] : [missing]
  }
  const invalid = (why: string) => [`Invalid value ${value} for configuration ${key.name}: ${why}`]
  const pattern = NUMERIC[key.type]
  if (pattern && !pattern.test(value.trim())) {
    // What cannot be parsed goes to the range check as null.
    const ranged = key.min !== undefined || key.max !== undefined
    return [...invalid(`Not a number of type ${key.type}`), ...(ranged ? [`Invalid value null for configuration ${key.name}: Value must be non-null`] : [])]
  }
  if (key.type === 'BOOLEAN' && !/^(true|false)$/i.test(value.trim())) return invalid('Expected value to be either true or false')
  if (pattern && key.min !== undefined && Number(value) < key.min) return invalid(`Value must be at least ${key.min}`)
  if (pattern && key.max !== undefined && Number(value) > key.max) return invalid(`Value must be no more than ${key.max}`)
  const wrongChoice = notOneOf(key, value)
  if (wrongChoice !== undefined) return invalid(wrongChoice)
  const wrong = key.check?.(value)
  return wrong === undefined ? [] : invalid(wrong)
}

function notOneOf(key: ConfigKey, value: string): string | undefined {
  if (!key.oneOf) return undefined
  if (!key.anyCase) return key.oneOf.includes(value) ? undefined : `String must be one of: ${key.oneOf.join(', ')}`
  const known = key.oneOf.some((allowed) => allowed.toLowerCase() === value.toLowerCase())
  return known ? undefined : `String must be one of (case insensitive): ${key.oneOf.join(', ').toUpperCase()}`
}

/** Every key of a definition with its value and errors. */
export function describeConfig(keys: readonly ConfigKey[], config: Config): ConfigInfo[] {
  return keys.map((key) => {
    const value = config[key.name] ?? key.default ?? null
    return {
      definition: {
        name: key.name,
        type: key.type,
        required: key.default === undefined,
        default_value: key.default ?? null,
        importance: key.importance ?? 'MEDIUM',
        documentation: key.documentation,
        group: key.group ?? null,
        width: key.width ?? 'NONE',
        display_name: key.display ?? key.name,
        order_in_group: key.order ?? -1,
        dependents: [],
      },
      value: {
        name: key.name,
        value: key.type === 'PASSWORD' && value !== null ? '[hidden]' : value,
        recommended_values: [...(key.recommended ?? [])],
        errors: errorsOf(key, value),
        visible: true,
      },
    }
  })
}

/** Reads values of a config that has been validated. */
export class Settings {
  readonly #config: Config
  readonly #defaults: ReadonlyMap<string, string | null>

  constructor(keys: readonly ConfigKey[], config: Config) {
    this.#config = config
    this.#defaults = new Map(keys.map((key) => [key.name, key.default ?? null]))
  }

  optional(name: string): string | undefined {
    return this.#config[name] ?? this.#defaults.get(name) ?? undefined
  }
  string(name: string): string {
    return this.optional(name) ?? ''
  }
  number(name: string): number {
    return Number(this.string(name))
  }
  boolean(name: string): boolean {
    return this.string(name).trim().toLowerCase() === 'true'
  }
  list(name: string): string[] {
    return this.string(name)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }
}
