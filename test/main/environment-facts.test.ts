import { expect, test } from 'vitest'
import { environmentFacts } from '../../src/main/environment-facts.ts'

const nothing = { refreshIsFixed: false, logLevelIsFixed: false, vaultIsFixed: false }

test('an empty environment decides nothing, and neither do empty variables', () => {
  expect(environmentFacts({})).toEqual(nothing)
  const names = ['HTTPS_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'TOKENTRAY_REFRESH', 'TOKENTRAY_LOG', 'TOKENTRAY_VAULT']
  expect(environmentFacts(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(nothing)
})

test('what is set is told', () => {
  const env = { NO_PROXY: 'a.example', no_proxy: 'b.example', NODE_EXTRA_CA_CERTS: '/etc/ca.pem' }
  const fixed = { TOKENTRAY_REFRESH: 'ahead', TOKENTRAY_LOG: 'debug', TOKENTRAY_VAULT: 'memory' }
  expect(environmentFacts({ ...env, ...fixed })).toEqual({
    noProxy: 'a.example',
    extraCa: '/etc/ca.pem',
    refreshIsFixed: true,
    logLevelIsFixed: true,
    vaultIsFixed: true,
  })
})

test.each([
  [{ HTTPS_PROXY: 'http://a.example:3128' }, 'http://a.example:3128'],
  [{ HTTPS_PROXY: 'http://a.example', https_proxy: 'http://b.example' }, 'http://b.example'],
  [{ HTTP_PROXY: 'http://a.example', http_proxy: 'http://b.example' }, 'http://b.example'],
  [{ HTTPS_PROXY: 'http://a.example', HTTP_PROXY: 'http://b.example' }, 'http://a.example'],
  // As undici has it: an empty lower-case name hides the other one, and then the proxy of HTTP is used.
  [{ https_proxy: '', HTTPS_PROXY: 'http://a.example', HTTP_PROXY: 'http://b.example' }, 'http://b.example'],
  [{ HTTPS_PROXY: 'https://[::1]:8443/' }, 'https://[::1]:8443'],
])('the proxy of %j is %s', (env, proxy) => {
  expect(environmentFacts(env).proxy).toBe(proxy)
})

test.each([
  'http://ana:hunter2@proxy.example:3128',
  'http://hunter2@proxy.example:3128/hunter2?key=hunter2#hunter2',
  'ana:hunter2@proxy.example:3128',
  'hunter2',
  'http://ana:hunter2@',
  'http://ana:hunter2@proxy.example:port',
  '//ana:hunter2@proxy.example',
])('no password of a proxy is shown: %s', (proxy) => {
  const facts = environmentFacts({ HTTPS_PROXY: proxy })
  expect(JSON.stringify(facts)).not.toContain('hunter2')
  expect(['http://proxy.example:3128', undefined]).toContain(facts.proxy)
})
