import { expect, test } from 'vitest'
import { contentSecurityPolicy } from '../../src/main/response-headers.ts'

const directives = new Map(
  contentSecurityPolicy.split('; ').map((directive) => {
    const [name = '', ...values] = directive.split(' ')
    return [name, values] as const
  }),
)

test('every directive has a name that exists and quoted keywords', () => {
  const known =
    /^(default|script|style|img)-src$|^(base-uri|form-action|frame-ancestors)$|^(require-trusted-types-for|trusted-types)$/
  for (const [name, values] of directives) {
    expect(name).toMatch(known)
    expect(values.length).toBeGreaterThan(0)
    for (const value of values) expect(value).toMatch(/^'[a-z]+'$/)
  }
})

test('nothing is allowed that is not listed, and nothing inline or evaluated is', () => {
  expect(directives.get('default-src')).toEqual(["'none'"])
  expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|data:|blob:|https?:/)
})
