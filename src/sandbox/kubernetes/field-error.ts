export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError'

const TEXT: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
}

/** Stands for a value that is left out of the message. */
export const OMITTED = Symbol('omitted')

export interface FieldError {
  readonly type: FieldErrorType
  /** `spec.topics[0].name`; `<nil>` where no field is named. */
  readonly field: string
  readonly value: unknown
  readonly detail: string
}

const make = (type: FieldErrorType, field: string, value: unknown, detail: string): FieldError => ({ type, field: field || '<nil>', value, detail })

export const required = (field: string, detail = ''): FieldError => make('FieldValueRequired', field, OMITTED, detail)
export const duplicate = (field: string, value: unknown): FieldError => make('FieldValueDuplicate', field, value, '')
export const invalidValue = (field: string, value: unknown, detail: string): FieldError => make('FieldValueInvalid', field, value, detail)
export const typeInvalid = (field: string, value: unknown, detail: string): FieldError => make('FieldValueTypeInvalid', field, value, detail)
export const forbiddenField = (field: string, detail: string): FieldError => make('FieldValueForbidden', field, OMITTED, detail)
export const tooLong = (field: string, max: number): FieldError =>
  make('FieldValueTooLong', field, OMITTED, `may not be more than ${max} ${max === 1 ? 'byte' : 'bytes'}`)
export const tooMany = (field: string, actual: number, max: number): FieldError =>
  make('FieldValueTooMany', field, actual, `must have at most ${max} ${max === 1 ? 'item' : 'items'}`)
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError =>
  make('FieldValueNotSupported', field, value, supported.length ? `supported values: ${supported.map((item) => JSON.stringify(item)).join(', ')}` : '')

/** JSON as Go writes it: inside of objects and lists, what could be HTML is escaped. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value) ?? '""'
  if (typeof value !== 'object' || value === null) return text
  return text.replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
}

/** The complaint without its field. */
export function fieldErrorBody(error: FieldError): string {
  const text = TEXT[error.type]
  const shown = error.value === OMITTED ? text : `${text}: ${goJson(error.value)}`
  return error.detail ? `${shown}: ${error.detail}` : shown
}

const whole = (error: FieldError): string => `${error.field}: ${fieldErrorBody(error)}`

/** Several complaints in one message: doubles once, more than one in brackets. */
export function aggregate(errors: readonly FieldError[]): string {
  const messages = [...new Set(errors.map(whole))]
  return messages.length === 1 ? messages[0]! : `[${messages.join(', ')}]`
}

/** Faults of this class keep CEL rules from running: what they read may not have the declared type. */
export function blocksRules(errors: readonly FieldError[]): boolean {
  return errors.some((error) =>
    ['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid'].includes(error.type),
  )
}
