import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { approveAuthorization, type PracticeServer, startPracticeServer } from '../../src/practice/index.ts'
import { signIn, tokenOf } from '../daemon/practice-login.ts'
import { newHome, type RunningDaemon, until, withHome } from '../daemon/running-daemon.ts'

let server: PracticeServer
let daemon: RunningDaemon
let account: string
let work: string
beforeAll(async () => {
  server = await startPracticeServer({ port: 0 })
  daemon = await newHome({ TOKENTRAY_UPSTREAM: server.issuer, TOKENTRAY_REFRESH: 'ondemand', TZ: 'UTC' })
  await daemon.start()
  account = await signIn(daemon)
  work = await signIn(daemon, { label: 'work', approve: (url) => approveAuthorization(url, { person: 'mika' }) })
})
afterAll(async () => {
  await daemon.clear()
  await server.close()
})

/** Runs a command that must succeed; answers what it has written. */
async function run(...args: string[]): Promise<string> {
  const ended = await daemon.cli(args)
  expect(ended.code, `${args.join(' ')}: ${ended.stderr}`).toBe(0)
  return ended.stdout + ended.stderr
}

/** Commands that wait for the person, who answers in `body`. */
async function whileWaiting(clients: readonly string[], body: () => Promise<unknown>): Promise<(number | null)[]> {
  await run('clients', 'ask', 'on')
  const commands = clients.map((client) => daemon.startCli(['token', 'practice', '--client', client]))
  await until('the clients that wait', async () => (await daemon.status()).approvals.length === clients.length)
  await body()
  const codes = await Promise.all(commands.map(async (command) => (await command.ended).code))
  await run('clients', 'ask', 'off')
  return codes
}

describe('clients', () => {
  test('are listed with what was decided, when they were last seen, and whether they are proven', async () => {
    expect(await run('clients')).toBe('New clients get tokens without asking you.\n')
    expect(await run('clients', 'allow', 'CI', '--accounts', 'practice:work, ' + account, '--until', '8h')).toMatch(
      /^Allowed: ci, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$/,
    )
    expect(await run('clients', 'allow', 'later', '--until', '2099-12-31')).toBe('Allowed: later, until 2099-12-31 00:00:00\n')
    expect(await run('clients', 'deny', 'malware')).toBe('Denied: malware\n')
    expect(await run('clients', 'ask', 'on')).toBe('New clients have to ask you first.\n')
    expect((await daemon.cli(['token', 'practice', '--client', 'malware'])).code).toBe(10)
    await run('token', 'practice', '--client', 'ci')
    await run('clients', 'ask', 'off')
    await tokenOf(daemon)
    const lines = (await run('clients')).trimEnd().split('\n')
    expect(lines[0]).toBe('New clients get tokens without asking you.')
    expect(lines.slice(1).map((line) => line.split(/ {2,}/))).toMatchObject([
      [
        'ci',
        `allowed, practice:work, ${account}, for 8 h`,
        expect.stringMatching(/^last token \d+ s ago$/),
        expect.stringMatching(/^proven: \/\S+, pid \d+, started by \/\S+$/),
      ],
      ['later', expect.stringMatching(/^allowed, for \d+ days$/), 'never seen'],
      ['malware', 'denied', expect.stringMatching(/^last refused \d+ s ago$/), expect.stringMatching(/^proven: /)],
      ['unnamed', 'no decision', expect.stringMatching(/^last token \d+ s ago$/), 'claimed'],
    ])
    for (const client of ['ci', 'later', 'MALWARE'])
      expect(await run('clients', 'forget', client)).toMatch(/^Forgotten: [a-z]+\n$/)
    expect((await daemon.ask('/v1/policy')).json).toEqual({ ask: false, rules: [] })
  })

  test.for<[name: string, args: string[], code: number, says: RegExp]>([
    ['a name that is none', ['allow', 'a b'], 2, /"a b" is no name of a client\.\n {2}Use letters/],
    ['a name that is empty', ['allow', ''], 2, /"" is no name of a client/],
    ['an empty name to deny', ['deny', ''], 2, /"" is no name of a client/],
    ['an empty name to forget', ['forget', ''], 2, /"" is no name of a client/],
    ['a client nothing was decided about', ['forget', 'nobody'], 7, /Nothing was decided about "nobody"/],
    [
      'an account that is not there',
      ['allow', 'ci', '--accounts', 'practice:play'],
      7,
      /no account "play"[\s\S]*Name one of these: .*practice:work/,
    ],
    ['a provider with several accounts', ['allow', 'ci', '--accounts', 'practice'], 2, /each of several[\s\S]*practice:work/],
    ['a list without accounts', ['allow', 'ci', '--accounts', ','], 2, /accounts/],
    ['a time that is none', ['allow', 'ci', '--until', 'soon'], 2, /neither a length of time nor a date[\s\S]*8h/],
    ['a time without end', ['allow', 'ci', '--until', '99999999d'], 2, /neither a length of time nor a date/],
    ['a day that is in no calendar', ['allow', 'ci', '--until', '2030-02-31'], 2, /neither a length of time nor a date/],
    ['an hour that no day has', ['allow', 'ci', '--until', '2030-01-31T25:00'], 2, /neither a length of time nor a date/],
    ['a day that is over', ['allow', 'ci', '--until', '2020-01-01'], 2, /over already/],
    ['a value that is none', ['ask', 'maybe'], 2, /Allowed choices are on, off/],
    ['an unknown command', ['permit', 'ci'], 2, /permit/],
    ['an unknown option', ['deny', 'ci', '--until', '8h'], 2, /--until/],
  ])('%s is refused with words for a person', async ([, args, code, says]) => {
    const ended = await daemon.cli(['clients', ...args])
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr).toMatch(says)
    expect(ended.stderr).not.toMatch(/unexpected fault|\bat .*\.js:\d+/)
  })
})

test.each(['clients help', 'clients help allow', 'clients --help', 'vault help', 'help clients'])(
  '%s is a way to the help',
  async (command) => {
    expect(await run(...command.split(' '))).toMatch(/^Usage: tokentray (clients|vault)/)
  },
)

describe('approve', () => {
  test('says that nobody waits, and who does not', async () => {
    expect(await run('approve')).toBe('No program waits for your permission.\n')
    expect(await daemon.cli(['approve', 'codex'])).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('"codex" does not wait'),
    })
    const both = await daemon.cli(['approve', '--once', '--deny'])
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('--once and --deny exclude each other') })
  })

  test.for([
    ['o', 'Allowed once: codex', 0],
    ['Always', 'Allowed from now on: codex', 0],
    ['d', 'Denied from now on: codex', 10],
  ] as const)('shows the one who waits, and asks: %s', async ([typed, says, code]) => {
    const codes = await whileWaiting(['codex'], async () => {
      const command = daemon.startCli(['approve'])
      await command.until('stderr', /codex wants a token of \S+ \(proven: \/\S+, pid \d+, started by \S+; \d+ s left\)\n/)
      await command.until('stderr', /\[o\]nce, \[a\]lways or \[d\]eny\? $/)
      command.type(`${typed}\n`)
      expect(await command.ended).toMatchObject({ code: 0, stderr: expect.stringContaining(says) })
    })
    expect(codes).toEqual([code])
    if (typed !== 'o') await run('clients', 'forget', 'codex')
  })

  test('decides nothing without an answer', async () => {
    await whileWaiting(['codex'], async () => {
      expect(await daemon.cli(['approve', 'codex'])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('Nothing was decided'),
      })
      expect((await daemon.status()).approvals).toHaveLength(1)
      await run('approve', '--once')
    })
  })

  test.for([
    ['o', 0],
    ['a', 0],
    ['d', 10],
  ] as const)('answers what still waits when another question was withdrawn meanwhile: %s', async ([typed, code]) => {
    await run('clients', 'ask', 'on')
    const waiting = []
    for (const selector of ['practice', 'practice:work']) {
      waiting.push(daemon.startCli(['token', selector, '--client', 'codex']))
      await until('the question', async () => (await daemon.status()).approvals.length === waiting.length)
    }
    const command = daemon.startCli(['approve'])
    await command.until('stderr', /\[d\]eny\? $/)
    waiting[0]?.signal('SIGINT')
    await until('the end of the first', async () => (await daemon.status()).approvals.length === 1)
    command.type(`${typed}\n`)
    expect((await command.ended).code).toBe(0)
    expect((await waiting[1]?.ended)?.code).toBe(code)
    await run('clients', 'ask', 'off')
    if (typed !== 'o') await run('clients', 'forget', 'codex')
  })

  test('lists several, and takes a name or an id', async () => {
    const codes = await whileWaiting(['codex', 'claude'], async () => {
      const listed = await run('approve')
      expect(listed).toMatch(/^[0-9a-f]{12} {2}codex wants|claude wants/m)
      expect(listed.trimEnd().split('\n')).toHaveLength(3)
      const unclear = await daemon.cli(['approve', '--always'])
      expect(unclear).toMatchObject({ code: 2, stderr: expect.stringMatching(/Several programs wait:\n[\s\S]*Name one/) })
      expect(await run('approve', 'Codex', '--once')).toContain('Allowed once: codex')
      const [other] = (await daemon.status()).approvals
      expect(await run('approve', other?.id ?? '', '--once')).toContain('Allowed once: claude')
    })
    expect(codes).toEqual([0, 0])
  })
})

describe('ledger', () => {
  test('shows who got what, as text and as JSON', async () => {
    await run('token', 'practice:work', '--client', 'reader')
    const text = await run('ledger', '--client', 'reader')
    expect(text).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}reader {2}got a token {2}practice:work {4}proven: \S+, pid \d+, started by \S+\n$/,
    )
    const lines = (await run('ledger', '--json', '--limit', '2')).trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({
      caller: { name: 'reader' },
      account: work,
      outcome: 'handed_out',
      count: 1,
    })
    expect(await run('ledger', '--client', 'nobody')).toBe('Nothing in the ledger is like that.\n')
    expect(await daemon.cli(['ledger', '--client', 'a b'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"a b" is no name of a client'),
    })
    const accounts = async (...options: string[]) =>
      new Set(
        (await run('ledger', '--json', ...options))
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line).account),
      )
    await run('token', account, '--client', 'reader')
    expect(await accounts('--account', 'practice:work')).toEqual(new Set([work]))
    expect(await accounts('--account', account)).toEqual(new Set([account]))
    expect(await accounts('--account', 'practice', '--since', '1d')).toEqual(new Set([account, work]))
    expect(await accounts('--since', '2099-01-01')).toEqual(new Set())
    // Of one that was signed out, the past is still there to be asked for.
    expect(await accounts('--account', 'practice-00000000')).toEqual(new Set())
    expect(await daemon.cli(['ledger', '--account', 'practice:nobody'])).toMatchObject({ code: 7 })
    expect(await daemon.cli(['ledger', '--since', '2030-02-31'])).toMatchObject({ code: 2 })
    for (const limit of ['0', '1001', 'x', '1.5']) {
      const refused = await daemon.cli(['ledger', '--limit', limit])
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('1 to 1000') })
    }
  })
})

describe('an account', () => {
  test('is switched off, kept fresh, refreshed and switched on', async () => {
    expect(await run('disable', 'practice:work')).toMatch(
      new RegExp(`^Switched off: ${work}\\. [\\s\\S]*tokentray enable ${work}`),
    )
    expect(await run('status')).toMatch(/practice:work +switched off, ready/)
    const refused = await daemon.cli(['token', 'practice:work'])
    expect(refused).toMatchObject({ code: 10, stderr: expect.stringContaining(`tokentray enable ${work}`) })
    expect(await run('refresh', 'practice:work')).toMatch(new RegExp(`^Refreshed: ${work}, fresh for `))
    expect(await run('enable', 'practice:work')).toBe(`Switched on: ${work}\n`)
    await run('token', 'practice:work')
  })

  test('of several is signed out only when it is named, because a revocation cannot be taken back', async () => {
    expect(await daemon.cli(['logout', 'practice'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/"practice" may be each of several accounts\.\n {2}Name one of these: .*practice:work/),
    })
    await run('token', 'practice')
    await run('token', 'practice:work')
  })

  test.each(['enable', 'disable', 'refresh'])('that is not there cannot be found by %s', async (command) => {
    expect((await daemon.cli([command, 'practice:play'])).code).toBe(7)
    for (const none of ['a b', '', '..']) {
      expect(await daemon.cli([command, none])).toMatchObject({ code: 2, stderr: expect.stringContaining('is not a selector') })
    }
  })
})

describe('token', () => {
  test('takes an account, and a digest of the token that was refused', async () => {
    const token = (await run('token', 'practice', '--account', 'work')).trim()
    expect((await run('token', 'practice:work')).trim()).toBe(token)
    const digest = createHash('sha256').update(token).digest('hex')
    const newer = (await run('token', 'practice:work', '--rejected', digest.slice(0, 16).toUpperCase())).trim()
    expect(newer).not.toBe(token)
    expect((await run('token', 'practice:work', '--rejected', digest)).trim()).toBe(newer)
  })

  test.for<[name: string, args: string[], env: Record<string, string>, says: RegExp]>([
    ['a name that is none', ['--client', 'a b'], {}, /"a b" is no name of a client/],
    ['a name of the environment that is none', [], { TOKENTRAY_CLIENT: '\u001b[2J' }, /is no name of a client/],
    ['a digest that is none', ['--rejected', 'secret-token'], {}, /is no beginning of a SHA-256[\s\S]*Never the token itself/],
  ])('refuses %s', async ([, args, env, says]) => {
    const ended = await daemon.cli(['token', 'practice', ...args], env)
    for (const unwanted of ['secret-token', '\u001b']) expect(ended.stderr).not.toContain(unwanted)
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(says),
    })
  })

  test('reads an answer that comes in pieces, and names one that is none', async () => {
    const good = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntoken'
    await withHome({}, async (home) => {
      const answers: [reply: readonly string[], code: number][] = [
        [[...good], 0],
        [[good.slice(0, 30)], 1],
        [[`${good} and more`], 1],
        [['HTTP/1.1 200 OK\r\n\r\ntoken'], 1],
        [['\r\n\r\n\r\n\r\n'], 1],
        [[], 3],
      ]
      for (const [reply, code] of answers) {
        const broker = await listen(join(home.home, 'agent.sock'), reply)
        expect((await home.cli(['token', 'practice'])).code, JSON.stringify(reply)).toBe(code)
        await new Promise((resolve) => broker.close(resolve))
      }
      const broker = createServer((connection) => {
        connection.on('error', () => {}).resume()
        connection.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')
      })
      await new Promise<void>((resolve) => broker.listen(home.socket, resolve))
      expect(await home.cli(['token', 'practice'])).toMatchObject({
        code: 3,
        stderr: expect.stringContaining('tokentray daemon'),
      })
      await new Promise((resolve) => broker.close(resolve))
    })
  })
})

/** A broker that cannot prove anything, and answers every request for a token in these pieces. */
async function listen(path: string, pieces: readonly string[]): Promise<Server> {
  const server = createServer((connection) => {
    connection.on('error', () => {})
    connection.on('data', async (request) => {
      if (String(request).startsWith('POST /v1/proof')) {
        connection.write('HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}')
        return
      }
      for (const piece of pieces) {
        connection.write(piece)
        await new Promise((resolve) => setImmediate(resolve))
      }
      connection.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return server
}
