/** The forms in which a secret could leave the broker without being recognised at first sight. */
function formsOf(secret: string): Map<string, string> {
  const bytes = Buffer.from(secret, 'utf8')
  const forms = new Map([
    ['itself', secret],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ['URL-encoded', encodeURIComponent(secret)],
    ['every byte URL-encoded', [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')],
    ['JSON-escaped', [...secret].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')],
    ['backwards', [...secret].reverse().join('')],
  ])
  // Within something longer that was encoded as a whole, a secret begins at one of three places of a group of four letters.
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const inside = encoded.slice(before === 0 ? 0 : 4, -2)
    forms.set(`base64 (${before})`, inside)
    forms.set(`base64url (${before})`, inside.replaceAll('+', '-').replaceAll('/', '_'))
  }
  // Half of a secret is a leak as well. A JWT begins like every other one, so that only its end tells.
  forms.set('its end', secret.slice(-20))
  if (!secret.startsWith('eyJ')) forms.set('its beginning', secret.slice(0, 20))
  return forms
}

/** Where which secret stands in which form: `place: form of "first letters…"`. */
export function findSecrets(places: ReadonlyMap<string, string>, secrets: Iterable<string>): string[] {
  const found: string[] = []
  for (const secret of secrets) {
    for (const [form, text] of formsOf(secret)) {
      for (const [place, content] of places) {
        if (content.includes(text)) found.push(`${place}: ${form} of "${secret.slice(0, 8)}…"`)
      }
    }
  }
  return found
}
