import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from '../../src/core/index.ts'

test('a secret is not seen in text, JSON, a debugger or a spread', () => {
  const secret = new Secret('tell-nobody')
  const shown = [
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }, { showHidden: true, depth: 9 }),
    JSON.stringify({ ...secret }),
  ]
  expect(shown.join()).not.toContain('tell-nobody')
  expect(secret.expose()).toBe('tell-nobody')
})
