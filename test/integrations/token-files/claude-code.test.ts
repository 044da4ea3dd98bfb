import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { claudeCodeFile } from '../../../src/integrations/token-files/claude-code.ts'

const token = { accessToken: 'sk-ant-oat01-new', expiresAt: 1_900_000_000_000, plan: 'Max' }
const own = JSON.stringify({ claudeAiOauth: { accessToken: 'a', refreshToken: 'sk-ant-ort01-x' }, mcpOAuth: { a: 1 } })

const put = (text: string | undefined) => {
  const outcome = claudeCodeFile.put(text, token)
  return outcome.kind === 'text' ? JSON.parse(outcome.text) : outcome.kind
}

describe('the file of Claude Code', () => {
  test('gets the access token and nothing to refresh it with', () => {
    const login = {
      accessToken: 'sk-ant-oat01-new',
      refreshToken: null,
      expiresAt: 1_900_000_000_000,
      scopes: ['user:inference', 'user:profile'],
      subscriptionType: 'max',
    }
    expect(put(undefined)).toEqual({ claudeAiOauth: login })
    expect(put('')).toEqual({ claudeAiOauth: login })
    expect(put('{"mcpOAuth":{"x":{"accessToken":"m"}}}')).toEqual({ claudeAiOauth: login, mcpOAuth: { x: { accessToken: 'm' } } })
  })

  test('does not get a plan that the program does not know', () => {
    const { text } = claudeCodeFile.put(undefined, { ...token, plan: 'Max 20x <b>' }) as { text: string }
    expect(JSON.parse(text).claudeAiOauth).not.toHaveProperty('subscriptionType')
  })

  test('is left alone while a login of its own is in it', () => {
    expect(put(own)).toBe('taken')
    expect(claudeCodeFile.takeOut(own)).toEqual({ kind: 'taken' })
  })

  test.each([
    ['no refresh token', { accessToken: 'old' }],
    ['null', { accessToken: 'old', refreshToken: null }],
    ['an empty one', { accessToken: 'old', refreshToken: '' }],
    ['something else', 7],
  ])('takes the place of a token that cannot be refreshed: %s', (_, login) => {
    expect(put(JSON.stringify({ claudeAiOauth: login })).claudeAiOauth.accessToken).toBe('sk-ant-oat01-new')
  })

  test.each(['{', '[]', '7', '"a"', 'null'])('is not written over when it is %s', (text) => {
    expect(() => claudeCodeFile.put(text, token)).toThrow(SyntaxError)
    expect(() => claudeCodeFile.takeOut(text)).toThrow(SyntaxError)
  })

  test('has everything else as before when the token was put in and taken out', () => {
    const others = fc.dictionary(
      fc.string().filter((name) => name !== 'claudeAiOauth' && name !== '__proto__'),
      fc.jsonValue(),
      { minKeys: 1 },
    )
    fc.assert(
      fc.property(others, (all) => {
        const before = JSON.parse(JSON.stringify(all))
        const filled = claudeCodeFile.put(JSON.stringify(before), token) as { text: string }
        expect(claudeCodeFile.takeOut(filled.text)).toEqual({ kind: 'text', text: expect.any(String) })
        expect(JSON.parse((claudeCodeFile.takeOut(filled.text) as { text: string }).text)).toEqual(before)
      }),
    )
    expect(claudeCodeFile.takeOut((claudeCodeFile.put(undefined, token) as { text: string }).text)).toBeUndefined()
  })
})
