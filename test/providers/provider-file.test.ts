import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseProviderFile } from '../../src/providers/provider-file.ts'
import { providerFile } from '../../src/providers/provider-file-schema.ts'

const parse = (text: string, taken: readonly string[] = ['practice']) =>
  parseProviderFile('providers/acme.json', text, new Set(taken))

const minimal = `{
  "id": "acme",
  "issuer": "https://login.acme.example",
  "client_id": "tokentray",
  "base_url": "https://gateway.acme.example/v1"
}`

test('five lines are a provider: the rest is discovered', () => {
  expect(parse(minimal)).toMatchObject({
    id: 'acme',
    name: 'acme',
    issuer: 'https://login.acme.example',
    flows: ['browser', 'paste'],
    scope: 'openid profile email offline_access',
    discovery: 'any',
    tokenEndpoint: '',
    redirect: { host: '127.0.0.1', path: '/callback', ports: [0] },
    api: { baseUrl: 'https://gateway.acme.example/v1' },
  })
})

test('the example of PROVIDERS.md is a provider, and its table names every member', () => {
  const page = readFileSync(new URL('../../src/providers/PROVIDERS.md', import.meta.url), 'utf8')
  expect(parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '').id).toBe('acme')
  for (const member of Object.keys(providerFile.shape)) expect(page, member).toContain(`\`${member}\``)
})

test('everything can be said', () => {
  const file = parse(`{
    // A gateway of the company.
    "id": "Acme-2", "name": "Acme gateway", "aliases": ["gw"], "issuer": "https://login.acme.example/realms/x",
    "client_id": "tokentray", "scope": "openid gateway", "flows": ["device"],
    "token_endpoint": "https://login.acme.example/token", "device_authorization_endpoint": "https://login.acme.example/device",
    "authorization_parameters": { "audience": "gateway" }, "token_parameters": { "audience": "gateway" }, "token_encoding": "json",
    "terminal_errors": ["session_over"], "base_url": "http://localhost:8080", "headers": { "x-team": "a" },
    "check_url": "http://localhost:8080/me", "api_key": { "prefix": "acme_", "header": "x-api-key", "where": "ask Ada" },
  }`)
  expect(file).toMatchObject({
    id: 'acme-2',
    aliases: ['gw'],
    refreshEncoding: 'json',
    terminalErrors: { session_over: 'unknown' },
  })
  expect(file.api.headers?.({}, { id: '', version: '', system: '', release: '', settings: {} })).toEqual({ 'x-team': 'a' })
  expect(file.keys?.[0]).toMatchObject({ kind: 'api_key', api: { tokenHeader: 'x-api-key' } })
  expect(file.keys?.[0]?.pattern.test('acme_12345678')).toBe(true)
  expect(file.keys?.[0]?.pattern.test('other_12345678')).toBe(false)
})

describe('a file that cannot be used says where and why', () => {
  const without = (member: string) => minimal.replace(new RegExp(`\\n {2}"${member}".*`), '')
  const withMore = (more: string) => minimal.replace('{\n', `{\n${more},\n`)
  test.for<[name: string, text: string, message: RegExp]>([
    ['nothing', '', /^providers\/acme\.json:1: (there is nothing|value expected)/],
    ['a comma too few', minimal.replace('"acme",', '"acme"'), /^providers\/acme\.json:3: comma expected/],
    ['a list', '[]', /^providers\/acme\.json:1: .*expected object/],
    ['a missing member', without('client_id'), /^providers\/acme\.json:1: "client_id" is missing/],
    ['an unknown member', withMore('  "client_secret": "x"'), /^providers\/acme\.json:2: "client_secret" is not known here/],
    ['a member that is there twice', withMore('  "id": "other"'), /^providers\/acme\.json:3: "id" is there twice/],
    [
      'a plain http issuer',
      minimal.replace('https://login', 'http://login'),
      /^providers\/acme\.json:3: "issuer": has to be an https/,
    ],
    ['an id that no selector can name', minimal.replace('"acme"', '"a c"'), /^providers\/acme\.json:2: "id": has to be letters/],
    [
      'the id of another provider',
      minimal.replace('"acme"', '"practice"'),
      /^providers\/acme\.json:2: "practice" is the name of another/,
    ],
    [
      'a parameter of the protocol',
      withMore('  "authorization_parameters": {\n    "audience": "x",\n    "state": "fixed"\n  }'),
      /^providers\/acme\.json:4: "authorization_parameters\.state": belongs to the protocol/,
    ],
    [
      'a header with the token',
      withMore('  "headers": {\n "Authorization": "x" }'),
      /json:3: "headers\.Authorization": cannot be set here/,
    ],
    ['a header with a line break', withMore('  "headers": { "x-a": "b\\nc" }'), /json:2: "headers\.x-a": has to be printable/],
    ['a flow that is none', withMore('  "flows": ["browser", "telepathy"]'), /json:2: "flows\.1"/],
    [
      'an issuer with a name and a password',
      minimal.replace('https://login', 'https://user:pw@login'),
      /json:3: "issuer": has no name/,
    ],
    ['an issuer with a query', minimal.replace('.example"', '.example?a=1"'), /json:3: "issuer": has no name, query/],
    [
      'a key in a header that is not its own',
      withMore('  "api_key": { "header": "Host" }'),
      /json:2: "api_key\.header": cannot be set/,
    ],
    ['a name that steers the terminal', withMore('  "name": "a\\u001b[2J"'), /json:2: "name": has to be words/],
    ['a member that JavaScript would swallow', withMore('  "headers": { "__proto__": "x" }'), /json:2: "__proto__"/],
    ['ten thousand levels', '{"a":'.repeat(10_000), /json:1: there is too much inside/],
    [
      'a redirect path of TokenTray itself',
      withMore('  "redirect": { "path": "/cancel" }'),
      /json:2: "redirect\.path": is taken/,
    ],
  ])('%s', ([, text, message]) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringMatching(message), fix: expect.anything() }),
    )
  })
})
