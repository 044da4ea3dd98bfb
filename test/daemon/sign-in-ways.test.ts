// Every way to sign in, through the command that a person types, with real HTTP against the double of the providers' servers.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ProviderDouble, startProviderDouble } from '../providers/double/index.ts'
import { keyLike, visit } from '../providers/signing-in.ts'
import { takeRedirectPorts } from './redirect-ports.ts'
import { newHome, type RunningDaemon, type RunningProcess } from './running-daemon.ts'

let daemon: RunningDaemon
let double: ProviderDouble
beforeAll(async () => {
  double = await startProviderDouble({ deviceInterval: 1 })
  daemon = await newHome({ TOKENTRAY_UPSTREAM: double.origin })
  await daemon.start()
})
afterAll(async () => {
  const { faults } = double
  await daemon.clear()
  await double.close()
  expect(faults).toEqual([])
})

const url = (command: RunningProcess) => command.until('stdout', /^(https?:\S+)\n/m)
/** Another test file may have the ports for more than a minute. Milliseconds. */
const portsPatience = 240_000

const accepting = '--accept-provider-rules'

async function completed(command: RunningProcess): Promise<string> {
  const ended = await command.ended
  expect(ended, JSON.stringify(ended)).toMatchObject({ code: 0 })
  const account = /Signed in: (\S+)/.exec(ended.stderr)?.[1] ?? ''
  expect(double.secrets).toContain((await daemon.cli(['token', account])).stdout.trim())
  return account
}

describe('a login', () => {
  test.for([
    ['openai-codex', '1455', 'browser on the registered port'],
    ['chatgpt', undefined, 'browser on any port'],
    ['anthropic', undefined, 'loopback variant'],
    ['openrouter', undefined, 'browser that yields a key'],
  ] as const)('of %s on port %s: %s', { timeout: portsPatience }, async ([provider, port]) => {
    // A login on the registered port would end one that another test file has there.
    const leavePorts = port === undefined ? undefined : await takeRedirectPorts()
    const command = daemon.startCli(['login', provider, '--no-browser', '--flow', 'browser', accepting, '--label', 'browser'])
    const redirect = double.approve(await url(command))
    if (port !== undefined) expect(new URL(redirect).port).toBe(port)
    expect(await visit(redirect)).toBe(200)
    await completed(command).finally(leavePorts)
  })

  test.for(['openai-codex', 'chatgpt', 'anthropic', 'openrouter'] as const)(
    'of %s with what the browser ended on',
    async (provider) => {
      double.person = { ...double.person, user: `${provider}-paste` }
      const command = daemon.startCli(['login', provider, '--no-browser', '--paste', accepting, '--label', 'paste'])
      command.type(`${double.approve(await url(command))}\n`)
      await completed(command)
    },
  )

  test.for(['openai-codex', 'github-copilot', 'kimi', 'xai'] as const)('of %s by device code', async (provider) => {
    double.person = { ...double.person, user: `${provider}-device` }
    const command = daemon.startCli(['login', provider, '--device', accepting, '--label', 'device'])
    const code = await command.until('stderr', /type the code (\S+):/)
    const status = await daemon.cli(['status'])
    expect(status.stdout).toMatch(new RegExp(`waiting until the code ${code} is typed at http`))
    double.approveDevice(code)
    await completed(command)
  })

  test('of a provider without that way names the ones that it has', async () => {
    expect(await daemon.cli(['login', 'kimi', '--paste'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--device') })
    expect(await daemon.cli(['login', 'kimi', '--paste', '--device'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/exclude/),
    })
  })
})

describe('a rule card', () => {
  test('has to be acknowledged where the vendor restricts, and shows what is sanctioned first', async () => {
    const fresh = await newHome({ TOKENTRAY_UPSTREAM: double.origin })
    try {
      await fresh.start()
      const refused = await fresh.cli(['login', 'anthropic', '--no-browser'])
      expect(refused).toMatchObject({ code: 10, stdout: '' })
      expect(refused.stderr).toMatch(/does not permit.*legal-and-compliance.*\n.*setup-token.*API key.*--accept-provider-rules/s)
      expect((await fresh.cli(['login', 'codex', '--device'])).stderr).toMatch(/tokentray login chatgpt/)
      // What the provider documents needs no yes, and a key is never asked about.
      const command = fresh.startCli(['login', 'chatgpt', '--no-browser', '--paste'])
      expect(await url(command)).toContain('/api/accounts/authorize')
      command.signal('SIGINT')
      await command.ended
      const key = keyLike('sk-ant-oat01-')
      double.setupTokens.add(key.expose())
      const add = fresh.startCli(['add', 'anthropic', '--stdin'])
      add.type(key.expose())
      add.hangUp()
      expect((await add.ended).code).toBe(0)
    } finally {
      await fresh.clear()
    }
  })

  test('is acknowledged once: signing in again and a second account do not ask', async () => {
    const command = daemon.startCli(['login', 'anthropic', '--no-browser', '--paste', '--account', 'paste'])
    double.person = { ...double.person, user: 'anthropic-paste' }
    command.type(`${double.approve(await url(command))}\n`)
    await completed(command)
  })

  test('is told for every provider', async () => {
    const { stdout } = await daemon.cli(['providers'])
    for (const words of [
      'restricted by the provider',
      'tolerated, not promised',
      'documented for apps',
      'better: Sign in with ChatGPT',
    ]) {
      expect(stdout).toContain(words)
    }
  })
})

describe('a key', () => {
  const add = async (provider: string, text: string, ...more: string[]) => {
    const command = daemon.startCli(['add', provider, '--stdin', ...more])
    command.type(`${text}\n`)
    command.hangUp()
    return command.ended
  }

  test.for([
    ['anthropic', 'sk-ant-api03-', 'apiKeys'],
    ['anthropic', 'sk-ant-oat01-', 'setupTokens'],
    ['openai', 'sk-proj-', 'apiKeys'],
    ['github-copilot', 'ghu_', 'apiKeys'],
    ['xai', 'xai-', 'apiKeys'],
  ] as const)('of %s (%s…) is added, tried at once and handed out', async ([provider, prefix, where]) => {
    const key = keyLike(prefix)
    double[where].add(key.expose())
    const ended = await add(provider, key.expose(), '--label', `key-${prefix.replaceAll(/[^a-z]/g, '')}`)
    expect(ended, ended.stderr).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/It was tried, and works\.|It is stored/),
    })
    const account = /Added: (\S+)\./.exec(ended.stderr)?.[1] ?? ''
    const { stdout } = await daemon.cli(['token', account])
    if (prefix === 'ghu_') expect(stdout).toMatch(/^tid=/)
    else expect(stdout.trim()).toBe(key.expose())
    const answer = (await daemon.ask(`/v1/token/${account}`)).json
    if (prefix === 'sk-ant-api03-') expect(answer).toMatchObject({ token_header: 'x-api-key' })
  })

  test('that the provider does not take is stored, with a warning that names what it said', async () => {
    const ended = await add('anthropic', keyLike('sk-ant-api03-').expose(), '--label', 'bad')
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/stored, but it could not be validated: .*\(401/) })
    expect((await daemon.cli(['check', 'anthropic:bad'])).stdout).toMatch(
      /anthropic:bad +stored \(validation failed: The provider refused/,
    )
  })

  test('is never an argument, and no word of it is repeated', async () => {
    const ended = await daemon.cli(['add', 'anthropic', 'sk-ant-api03-sneaky-0123456789'])
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('never an argument') })
    expect(ended.stderr).not.toContain('sneaky')
    expect(await daemon.cli(['add', 'anthropic'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--stdin') })
    expect(await add('anthropic', 'hunter2')).toMatchObject({ code: 2, stderr: expect.stringContaining('does not look like') })
    expect(await add('kimi', 'hunter2')).toMatchObject({ code: 2, stderr: expect.stringContaining('tokentray login kimi') })
  })

  test('takes the place of another one, whose account keeps its label', async () => {
    const key = keyLike('sk-ant-api03-')
    double.apiKeys.add(key.expose())
    expect((await add('anthropic', key.expose(), '--account', 'bad')).code).toBe(0)
    expect((await daemon.cli(['token', 'anthropic:bad'])).stdout.trim()).toBe(key.expose())
    expect((await daemon.cli(['check', 'anthropic:bad'])).stdout).toMatch(/ready \(validated\)/)
  })
})

test('nothing secret is in what the daemon has said, nor in the clear in its home', async () => {
  const files = await readdir(daemon.home, { recursive: true, withFileTypes: true })
  const texts = await Promise.all(
    files.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
  )
  for (const secret of double.secrets) for (const text of [daemon.said, ...texts]) expect(text).not.toContain(secret)
})
