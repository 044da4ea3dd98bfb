/** Throws a SyntaxError for what is no JSON object. An empty text is an empty object, as a program that was killed may leave it. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {}
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new SyntaxError('no JSON object')
}
