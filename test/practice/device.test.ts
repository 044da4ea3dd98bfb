import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { approveDevice, denyDevice, type PracticeServer, practicePaths } from '../../src/practice/index.ts'
import { post, refresh, whoami } from './client.ts'
import { newBrowser, poll, type Shown, startDevice } from './device-client.ts'
import { practiceServer, temporaryFolder } from './running.ts'

afterEach(() => vi.useRealTimers())

const wordings = (page: Shown) => page.html.replace(/<style>[\s\S]*?<\/style>/, '')

/** Opens the page, types a code, and answers what is shown then. */
async function type(server: PracticeServer, userCode: string) {
  const browse = newBrowser()
  const url = server.issuer + practicePaths.device
  const { xsrf } = await browse(url)
  return { browse, url, page: await browse(url, { xsrf, user_code: userCode }) }
}

describe('a login by device code', () => {
  it('ends with tokens that work and can be refreshed, and prints nothing', async () => {
    const printed = (['log', 'info', 'warn', 'error'] as const).map((name) => vi.spyOn(console, name))
    const server = await practiceServer({ devicePollInterval: 0.1 })
    const started = await startDevice(server)
    expect(started).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      verification_uri: `${server.issuer}/device`,
      verification_uri_complete: `${server.issuer}/device?user_code=${started.user_code}`,
      expires_in: 600,
      interval: 0.1,
    })
    expect(await poll(server, started)).toMatchObject({ status: 400, body: { error: 'authorization_pending' } })

    await approveDevice(started.verification_uri, started.user_code, { person: 'mika' })
    const { status, body } = await poll(server, started)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'openid profile email offline_access' })
    const claims = JSON.parse(Buffer.from(String(body.id_token).split('.')[1]!, 'base64url').toString())
    expect(claims).toMatchObject({ iss: server.issuer, sub: 'mika', email: 'mika@practice.example' })
    expect((await whoami(server, `Bearer ${body.access_token}`)).body.sub).toBe('mika')
    expect((await refresh(server, String(body.refresh_token))).status).toBe(200)
    expect(server.statistics.tokenRequests).toMatchObject({
      device_code: { succeeded: 1, refused: 1 },
      refresh_token: { succeeded: 1, refused: 0 },
      other: { succeeded: 0, refused: 0 },
    })
    for (const spy of printed) expect(spy).not.toHaveBeenCalled()
  })

  it('is announced in the metadata, with an interval of five seconds', async () => {
    const server = await practiceServer()
    const metadata = await (await request(`${server.issuer}/.well-known/openid-configuration`)).body.json()
    expect(metadata).toMatchObject({
      device_authorization_endpoint: server.issuer + practicePaths.deviceAuthorization,
      grant_types_supported: expect.arrayContaining(['urn:ietf:params:oauth:grant-type:device_code']),
    })
    expect((await startDevice(server)).interval).toBe(5)
  })

  it('takes the address with the code in it, to a page that compares the code first', async () => {
    const server = await practiceServer()
    const started = await startDevice(server)
    await expect(approveDevice(started.verification_uri_complete, 'BBBB-BBBB')).rejects.toMatchObject({ code: 'login_failed' })
    await approveDevice(started.verification_uri_complete, started.user_code, { person: 'sol' })
    const { body } = await poll(server, started)
    expect((await whoami(server, `Bearer ${body.access_token}`)).body.sub).toBe('sol')
  })

  it('gives no refresh token without offline_access', async () => {
    const server = await practiceServer()
    const started = await startDevice(server, 'openid profile email')
    await approveDevice(started.verification_uri, started.user_code)
    const { status, body } = await poll(server, started)
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('refresh_token')
  })

  it('asks a browser that signed in before who it is, as if it had not', async () => {
    const server = await practiceServer()
    const browse = newBrowser()
    for (const person of ['robin', 'sol']) {
      const started = await startDevice(server)
      const { xsrf } = await browse(started.verification_uri)
      const confirmed = await browse(started.verification_uri, { xsrf, user_code: started.user_code, confirm: 'yes' })
      const consent = server.issuer + confirmed.headers.get('location')
      expect((await browse(consent)).html).toContain('Sign in as')
      const back = await browse(consent, { person, decision: 'allow' })
      const end = await browse(String(back.headers.get('location')))
      expect(end).toMatchObject({ status: 200, html: expect.stringContaining('You are signed in') })
      const { body } = await poll(server, started)
      expect((await whoami(server, `Bearer ${body.access_token}`)).body.sub).toBe(person)
    }
  })

  it('that is denied on the consent page ends with access_denied, and costs no other login anything', async () => {
    const server = await practiceServer()
    const [other, started] = [await startDevice(server), await startDevice(server)]
    await approveDevice(other.verification_uri, other.user_code)
    await denyDevice(started.verification_uri, started.user_code)
    expect(await poll(server, started)).toMatchObject({ status: 400, body: { error: 'access_denied' } })
    expect(await poll(server, started)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(server.statistics.reuseDetections).toBe(0)
    const { body } = await poll(server, other)
    expect((await whoami(server, `Bearer ${body.access_token}`)).status).toBe(200)
  })

  it('that is denied where the code is compared ends with access_denied', async () => {
    const server = await practiceServer()
    const started = await startDevice(server)
    const { browse, url, page } = await type(server, started.user_code)
    const end = await browse(url, { xsrf: page.xsrf, user_code: started.user_code, abort: 'yes' })
    expect(end).toMatchObject({ status: 200, html: expect.stringContaining('You denied the access') })
    expect((await poll(server, started)).body.error).toBe('access_denied')
  })

  it('gives its tokens once, and takes them back from whoever asks twice', async () => {
    const server = await practiceServer()
    const started = await startDevice(server)
    await approveDevice(started.verification_uri, started.user_code)
    const { body } = await poll(server, started)
    expect((await poll(server, started)).body.error).toBe('invalid_grant')
    expect((await whoami(server, `Bearer ${body.access_token}`)).status).toBe(401)
    expect(server.statistics.reuseDetections).toBe(1)
  })

  it('takes the first answer when the code was typed twice', async () => {
    const server = await practiceServer()
    const started = await startDevice(server)
    const { browse, url, page } = await type(server, started.user_code)
    const confirmed = await browse(url, { xsrf: page.xsrf, user_code: started.user_code, confirm: 'yes' })
    await approveDevice(url, started.user_code, { person: 'mika' })
    const back = await browse(server.issuer + confirmed.headers.get('location'), { person: 'sol', decision: 'allow' })
    const late = await browse(String(back.headers.get('location')))
    expect(late).toMatchObject({ status: 400, html: expect.stringContaining('This code was used already') })
    const { body } = await poll(server, started)
    expect((await whoami(server, `Bearer ${body.access_token}`)).body.sub).toBe('mika')
  })

  it('is over after ten minutes, for the client and for the person', async () => {
    const server = await practiceServer()
    const started = await startDevice(server)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 })
    expect(await poll(server, started)).toMatchObject({ status: 400, body: { error: 'expired_token' } })
    const { page } = await type(server, started.user_code)
    expect(page.status).toBe(400)
    expect(page.html).toContain('This code is too old.')
    await expect(approveDevice(started.verification_uri, started.user_code)).rejects.toMatchObject({ code: 'login_failed' })
  })

  it.each([{ client_id: 'somebody-else' }, { device_code: 'none' }])('is refused for %o', async (changes) => {
    const server = await practiceServer()
    const { device_code } = await startDevice(server)
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code, ...changes }
    expect((await post(server, practicePaths.token, form)).body.error).toMatch(/^invalid_(client|grant)$/)
  })
})

describe('a client that polls too fast', () => {
  it('is slowed down, and again when it does not obey', async () => {
    const server = await practiceServer({ devicePollInterval: 0.4 })
    const [started, other] = [await startDevice(server), await startDevice(server)]
    const errors: unknown[] = []
    for (let time = 0; time < 3; time += 1) errors.push((await poll(server, started)).body.error)
    expect(errors).toEqual(['authorization_pending', 'slow_down', 'slow_down'])
    expect((await poll(server, other)).body.error).toBe('authorization_pending')
    // The interval of the spoiled code has grown; the other one may be polled as before.
    await new Promise((resolve) => setTimeout(resolve, 450))
    expect((await poll(server, started)).body.error).toBe('slow_down')
    expect((await poll(server, other)).body.error).toBe('authorization_pending')
    // A person who has answered ends the waiting at once.
    await approveDevice(started.verification_uri, started.user_code)
    expect((await poll(server, started)).status).toBe(200)
  })
})

describe('a restart', () => {
  it('keeps a device code that nobody has answered, and the disk shows no code that could be polled with', async () => {
    const folder = await temporaryFolder()
    const before = await practiceServer({ folder })
    const started = await startDevice(before)
    await before.close()
    const text = await readFile(join(folder, 'practice-state.jsonl'), 'utf8')
    expect(text).not.toContain(started.device_code)
    const key = /"(DeviceCode:[^"]+)"/.exec(text)?.[1] ?? ''
    expect(key).not.toBe('')

    const after = await practiceServer({ folder })
    for (const device_code of [key, `${key}~`, `${key}~undefined`]) {
      expect((await poll(after, { device_code })).body.error).toBe('invalid_grant')
    }
    // The port is another one, the code is the same.
    await approveDevice(after.issuer + practicePaths.device, started.user_code, { person: 'sol' })
    const { body } = await poll(after, started)
    expect((await whoami(after, `Bearer ${body.access_token}`)).body.sub).toBe('sol')
  })

  it('on the way to the answer costs the person another typing of the code, and no more', async () => {
    const folder = await temporaryFolder()
    const before = await practiceServer({ folder })
    const started = await startDevice(before)
    const { browse, url, page } = await type(before, started.user_code)
    expect((await browse(url, { xsrf: page.xsrf, user_code: started.user_code, confirm: 'yes' })).status).toBe(303)
    await before.close()
    const after = await practiceServer({ folder })
    await approveDevice(after.issuer + practicePaths.device, started.user_code)
    expect((await poll(after, started)).status).toBe(200)
  })

  it('keeps the answer that a client has not fetched yet', async () => {
    const folder = await temporaryFolder()
    const before = await practiceServer({ folder })
    const [allowed, denied] = [await startDevice(before), await startDevice(before)]
    await approveDevice(allowed.verification_uri, allowed.user_code)
    await denyDevice(denied.verification_uri, denied.user_code)
    await before.close()
    const after = await practiceServer({ folder })
    expect((await poll(after, allowed)).status).toBe(200)
    expect((await poll(after, denied)).body.error).toBe('access_denied')
  })
})

describe('the pages of a device login', () => {
  const quiet = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }

  /** Every page there is, by what it says. */
  async function everyPage(server: PracticeServer): Promise<ReadonlyMap<string, Shown>> {
    const started = await startDevice(server)
    const { browse, url, page: confirm } = await type(server, started.user_code)
    const confirmed = await browse(url, { xsrf: confirm.xsrf, user_code: started.user_code, confirm: 'yes' })
    const consent = server.issuer + confirmed.headers.get('location')
    const back = await browse(consent, { person: 'robin', decision: 'allow' })
    const done = await browse(String(back.headers.get('location')))
    const used = (await type(server, started.user_code)).page
    const denied = await startDevice(server)
    const other = await type(server, denied.user_code)
    return new Map([
      ['Type the code that TokenTray shows', await newBrowser()(url)],
      ['Does TokenTray show this code?', confirm],
      ['You are signed in', done],
      ['You denied the access', await other.browse(url, { xsrf: other.page.xsrf, user_code: denied.user_code, abort: 'yes' })],
      ['No code was typed', (await type(server, '')).page],
      ['No sign-in waits for this code', (await type(server, 'BBBB-BBBB')).page],
      ['This code was used already', used],
      ['This page is too old', await newBrowser()(`${url}/unknown`)],
    ])
  }

  it('say what they are about and have quiet headers, a policy and no script', async () => {
    for (const [words, page] of await everyPage(await practiceServer())) {
      expect(wordings(page), words).toContain(words)
      expect(Object.fromEntries(page.headers), words).toMatchObject(quiet)
      expect(page.html, words).not.toMatch(/<script|\son[a-z]+=|\sstyle=|javascript:/i)
      const style = /<style>([\s\S]*?)<\/style>/.exec(page.html)?.[1] ?? ''
      expect(page.headers.get('content-security-policy'), words).toBe(
        [
          "default-src 'none'",
          `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
          'img-src data:',
          `form-action ${page.html.includes('<form') ? "'self'" : "'none'"}`,
          "frame-ancestors 'none'",
          "base-uri 'none'",
        ].join('; '),
      )
    }
  })

  it('show a wrong code again, and take the right one on the same page', async () => {
    const server = await practiceServer()
    const started = await startDevice(server)
    const { browse, url, page } = await type(server, ' bbbb bbbb ')
    expect(page.status).toBe(400)
    expect(page.html).toContain('value="BBBB-BBBB"')
    expect(page.html).toMatch(/<input class="code"[^>]* aria-invalid="true" aria-describedby="fault"/)
    // A person types as people do.
    const typed = started.user_code.toLowerCase().replace('-', ' ')
    const confirm = await browse(url, { xsrf: page.xsrf, user_code: typed })
    expect(confirm.status).toBe(200)
    expect(confirm.html).toContain(`<p class="code">${started.user_code}</p>`)
    const confirmed = await browse(url, { xsrf: confirm.xsrf, user_code: typed, confirm: 'yes' })
    expect(confirmed.status).toBe(303)
    expect(confirmed.headers.get('location')).toMatch(/^\/sign-in\//)
  })

  it('take answers only from the browser that they were shown to', async () => {
    const server = await practiceServer()
    const started = await startDevice(server)
    const { browse, url, page } = await type(server, started.user_code)
    const answer = { xsrf: page.xsrf, user_code: started.user_code, confirm: 'yes' }
    const stranger = newBrowser()
    const strangers = await stranger(url)
    expect(strangers.xsrf).not.toBe(page.xsrf)
    expect(await newBrowser()(url, answer)).toMatchObject({ status: 400, html: expect.stringContaining('This page is too old') })
    expect((await stranger(url, answer)).status).toBe(400)
    expect((await browse(url, { ...answer, xsrf: '' })).status).toBe(400)
    expect((await poll(server, started)).body.error).toBe('authorization_pending')
  })

  const hostile = '"><img src=x onerror=alert(1)>zzqq'

  it('do not show what was smuggled into them', async () => {
    const server = await practiceServer()
    const url = server.issuer + practicePaths.device
    const code = encodeURIComponent(hostile)
    const pages = [
      (await type(server, hostile)).page,
      await newBrowser()(url, { xsrf: hostile, user_code: hostile, confirm: hostile }),
    ]
    for (const path of ['device', 'device/', 'Device', 'oauth/authorize']) {
      pages.push(await newBrowser()(`${server.issuer}/${path}?user_code=${code}`))
    }
    pages.push(await newBrowser()(`${url}?user_code=${code}&user_code=${code}`), await newBrowser()(`${url}/${code}`))
    for (const page of pages) {
      expect(page.status).toBe(400)
      expect(page.html).not.toMatch(/zzqq|<script/)
    }
  })

  it('are not brought under another name', async () => {
    const server = await practiceServer()
    for (const path of [practicePaths.device, practicePaths.deviceAuthorization]) {
      const response = await request(server.issuer + path, { headers: { host: 'practice.example' } })
      await response.body.dump()
      expect(response.statusCode).toBe(421)
    }
  })
})
