import { createHash } from 'node:crypto'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { type PracticeServer, practicePaths, practicePeople } from '../../src/practice/index.ts'
import { authorizationUrl, newVerifier } from './client.ts'
import { portOf, practiceServer } from './running.ts'

const verifier = newVerifier()

/** Reads a policy; a directive without a valid name, or a second one of the same name, is an error. */
function parsePolicy(header: unknown): Map<string, string[]> {
  const policy = new Map<string, string[]>()
  for (const directive of String(header).split(';')) {
    const [name = '', ...sources] = directive.trim().split(/\s+/)
    expect(name).toMatch(/^(default-src|style-src|img-src|form-action|frame-ancestors|base-uri)$/)
    expect(policy.has(name)).toBe(false)
    policy.set(name, sources)
  }
  return policy
}

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await request(url, { headers: { accept: 'text/html', ...headers } })
  return { status: response.statusCode, headers: response.headers, html: await response.body.text() }
}

/** Goes as far as the consent form, as a browser would. */
async function openForm(server: PracticeServer, changes: Record<string, string> = {}, earlierCookies = '') {
  const start = await get(authorizationUrl(server, verifier, changes), { cookie: earlierCookies })
  expect(start.status).toBe(303)
  const url = server.issuer + String(start.headers.location)
  const cookie = [start.headers['set-cookie'] ?? []]
    .flat()
    .map((one) => one.split(';')[0])
    .join('; ')
  return { url, cookie, page: await get(url, { cookie }) }
}

const submit = (url: string, cookie: string, body: string, type = 'application/x-www-form-urlencoded') =>
  request(url, { method: 'POST', headers: { cookie, 'content-type': type }, body })

describe('the consent page', () => {
  it('has a policy that parses and allows its own style, its form and nothing else', async () => {
    const { page } = await openForm(await practiceServer())
    expect(page.status).toBe(200)
    const policy = parsePolicy(page.headers['content-security-policy'])
    const style = /<style>([\s\S]*?)<\/style>/.exec(page.html)?.[1] ?? ''
    expect(policy.get('default-src')).toEqual(["'none'"])
    expect(policy.get('style-src')).toEqual([`'sha256-${createHash('sha256').update(style).digest('base64')}'`])
    expect(policy.get('frame-ancestors')).toEqual(["'none'"])
    expect(policy.get('form-action')).toEqual([
      "'self'",
      'http://127.0.0.1:1455',
      'http://localhost:1455',
      'http://127.0.0.1:1457',
      'http://localhost:1457',
    ])
    expect(page.html).not.toMatch(/<script|\son[a-z]+=|\sstyle=|javascript:/i)
  })

  it('is not stored, not sniffed and not told to anybody', async () => {
    const { page } = await openForm(await practiceServer())
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
  })

  it('asks a browser that signed in before as if it had not', async () => {
    const server = await practiceServer()
    const first = await openForm(server)
    const accepted = await submit(first.url, first.cookie, 'person=robin&decision=allow')
    const end = await get(String(accepted.headers.location), { cookie: first.cookie })
    const cookies = [end.headers['set-cookie'] ?? []].flat().map((one) => String(one.split(';')[0]))
    const kept = cookies.filter((one) => one.startsWith('practice_session')).join('; ')
    expect(kept).toContain('practice_session=')

    const second = await openForm(server, {}, kept)
    expect(second.page.html).toBe(first.page.html)
    const cookie = `${kept}; ${second.cookie}`
    const again = await submit(second.url, cookie, 'person=mika&decision=allow')
    const secondEnd = await get(String(again.headers.location), { cookie })
    expect(secondEnd.status).toBe(303)
    expect(String(secondEnd.headers.location)).toContain('code=')
  })

  it('has the same care taken of the answers that are no pages', async () => {
    const server = await practiceServer()
    for (const path of [
      authorizationUrl(server, verifier),
      `${server.issuer}/.well-known/openid-configuration`,
      `${server.apiUrl}/whoami`,
    ]) {
      const { headers } = await get(path)
      expect(headers, path).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
    }
  })

  it('names its controls', async () => {
    const { page } = await openForm(await practiceServer())
    expect(page.html).toContain('<html lang="en">')
    expect(page.html).toMatch(/<button name="decision" value="allow">Allow<\/button>/)
    expect(page.html).toMatch(/<button name="decision" value="deny">Deny<\/button>/)
    for (const { id, name, email } of practicePeople) {
      const label = new RegExp(
        `<label[^>]*><input type="radio" name="person" value="${id}"[\\s\\S]*?${name}[\\s\\S]*?${email}[\\s\\S]*?</label>`,
      )
      expect(page.html).toMatch(label)
    }
    expect(page.html.match(/ checked>/g)).toHaveLength(1)
  })

  it('escapes what the options put into it', async () => {
    const server = await practiceServer({ people: [{ id: '"><b>', name: '<i>Name</i>', email: "a'&b@practice.example" }] })
    const { page } = await openForm(server)
    expect(page.html).not.toMatch(/<b>|<i>/)
    expect(page.html).toContain('a&#39;&amp;b@practice.example')
  })

  it('takes one answer, from the browser that was asked', async () => {
    const server = await practiceServer()
    const { url, cookie } = await openForm(server)
    const stranger = await openForm(server)
    const answer = 'person=robin&decision=allow'
    for (const refused of [
      await submit(url, '', answer),
      await submit(url, stranger.cookie, answer),
      await submit(url, cookie.replace(/practice_login=[^;]*/, `practice_login=${stranger.url.split('/').at(-1)}`), answer),
      await submit(url, cookie, 'person=nobody&decision=allow'),
      await submit(url, cookie, 'person=robin'),
      await submit(url, cookie, answer, 'text/plain'),
      await submit(url, cookie, `${answer}&more=${'x'.repeat(2000)}`),
    ]) {
      expect(refused.statusCode).toBe(400)
      await refused.body.dump()
    }
    const accepted = await submit(url, cookie, answer)
    await accepted.body.dump()
    expect(accepted.statusCode).toBe(303)
    const end = await get(String(accepted.headers.location), { cookie })
    expect(String(end.headers.location)).toContain('code=')
    expect((await get(url, { cookie })).status).toBe(400)
    expect((await get(String(accepted.headers.location), { cookie })).status).toBe(400)
  })
})

describe('hostile input', () => {
  const hostile = '"><img src=x onerror=alert(1)>zzqq'

  it('does not show on the consent page', async () => {
    const server = await practiceServer()
    const parameters = {
      state: hostile,
      login_hint: hostile,
      ui_locales: hostile,
      display: hostile,
      scope: `openid ${hostile}`,
      [hostile]: hostile,
    }
    const { page } = await openForm(server, parameters)
    expect(page.status).toBe(200)
    expect(page.html).not.toContain('zzqq')
    expect(page.html).toBe((await openForm(server)).page.html)
  })

  it.each([{ client_id: hostile }, { redirect_uri: hostile }, { redirect_uri: `http://127.0.0.1:1455/auth/callback${hostile}` }])(
    'does not show on the error page for %o',
    async (changes) => {
      const page = await get(authorizationUrl(await practiceServer(), verifier, { state: hostile, ...changes }))
      expect(page.status).toBe(400)
      expect(page.html).not.toContain('zzqq')
      expect(page.headers['cache-control']).toBe('no-store')
      expect(parsePolicy(page.headers['content-security-policy']).get('form-action')).toEqual(["'none'"])
    },
  )

  it('does not show in any other place as markup', async () => {
    const server = await practiceServer()
    for (const path of [
      `${practicePaths.interaction}/${encodeURIComponent(hostile)}`,
      `${practicePaths.authorization}/${encodeURIComponent(hostile)}`,
      `${practicePaths.api}/${encodeURIComponent(hostile)}`,
      `/${encodeURIComponent(hostile)}`,
      `${practicePaths.userinfo}?scope=${encodeURIComponent(hostile)}`,
    ]) {
      const page = await get(server.issuer + path)
      expect(page.status).toBeGreaterThanOrEqual(400)
      expect(page.html).not.toContain('zzqq')
    }
    const redirected = await get(authorizationUrl(server, verifier, { response_type: 'token', state: hostile }))
    expect(redirected.status).toBe(303)
    expect(redirected.html).not.toContain('<img')
  })

  it('cannot bring the server under another name', async () => {
    const server = await practiceServer()
    for (const host of ['practice.example', `localhost:${portOf(server)}`, `practice.example:${portOf(server)}`]) {
      const response = await request(`${server.issuer}/`, { headers: { host } })
      await response.body.dump()
      expect(response.statusCode).toBe(421)
    }
    expect((await get(`${server.issuer}/`)).html).toContain('The practice server is running')
  })
})
