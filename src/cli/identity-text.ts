import type { AccountIdentity } from '../protocol/identity.ts'

/** Who it is: `ana@example.com (plus)`; the empty text when nothing is known. */
export function identityText({ email, name, plan }: AccountIdentity): string {
  return [email ?? name, plan === undefined ? undefined : `(${plan})`].filter((part) => part !== undefined).join(' ')
}
