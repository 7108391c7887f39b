/** JSON as Jackson sees it: numbers keep their text unless they are whole and small enough for a double to hold exactly. */

export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Json = null | boolean | string | number | JsonNumber | readonly Json[] | ReadonlyMap<string, Json>

export function isObject(json: Json): json is ReadonlyMap<string, Json> {
  return json instanceof Map
}

export function isNumeric(json: Json): json is number | JsonNumber {
  return typeof json === 'number' || json instanceof JsonNumber
}

export function numberText(json: number | JsonNumber): string {
  return typeof json === 'number' ? String(json) : json.text
}

/** True: written without fraction and exponent. */
export function isWhole(json: number | JsonNumber): boolean {
  return typeof json === 'number' || /^-?\d+$/.test(json.text)
}
