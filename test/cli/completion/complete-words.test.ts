import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { completeWords } from '../../../src/cli/completion/complete-words.ts'
import { program } from '../../daemon/running-daemon.ts'

let home: string
let server: Server
/** What the broker answers; undefined for one that never does. */
let answers: Record<string, unknown> | undefined = {}
const asked: string[] = []
let commands: URL
beforeAll(async () => {
  home = mkdtempSync('/tmp/tt-words-')
  const file = join(home, 'commands.json')
  writeFileSync(file, execFileSync(process.execPath, [program, 'command-tree']))
  commands = pathToFileURL(file)
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (answers === undefined) return
    const text = JSON.stringify(answers[request.url ?? ''] ?? { error: 'not_found', error_description: 'There is nothing.' })
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(join(home, 'agent.sock'), resolve))
})
beforeEach(() => {
  asked.length = 0
  answers = {}
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(home, { recursive: true })
})

const env = (): Record<string, string> => ({ TOKENTRAY_HOME: home, PATH: process.env.PATH ?? '' })
const complete = (...argv: string[]) => completeWords(argv, env(), commands)
const row = (id: string, provider: string, label?: string) => ({ id, provider, label, provider_name: provider.toUpperCase() })

describe('a broker that runs', () => {
  test('names accounts by the shortest name that is good, and providers once', async () => {
    const accounts = [
      row('a-1', 'anthropic', 'work'),
      row('a-2', 'anthropic'),
      row('o-1', 'openai'),
      row('o-2', 'openai'),
      row('xai', 'xai'),
    ]
    answers = { '/v1/status': { accounts } }
    expect(await complete('zsh', '--current=', 'token')).toBe(
      ['words', 'anthropic:work\tANTHROPIC', 'anthropic\tANTHROPIC', 'o-1\tOPENAI', 'o-2\tOPENAI', 'openai\tOPENAI', ''].join(
        '\n',
      ),
    )
    expect(await complete('bash', '--line=tokentray token anthropic:', '--breaks=:')).toBe('words\nwork\n')
    expect(await complete('bash', '--line=tokentray token anthropic:', '--breaks=')).toBe('words\nanthropic:work\n')
    expect(await complete('zsh', '--current=', 'login')).toBe('words\nanthropic\tANTHROPIC\nopenai\tOPENAI\nxai\tXAI\n')
    expect(await complete('zsh', '--current=', 'order', 'openai')).toBe('words\no-1\tOPENAI\no-2\tOPENAI\n')
    expect(new Set(asked)).toEqual(new Set(['GET /v1/status']))
  })

  test('that lies can make a shell run, replace or draw nothing', async () => {
    const evil = ['$(touch ran)', '`id`', 'a b', "a'b", 'a\nb', 'a\tb', '\u001b[31m', '-rf', '*', '~', 'ok']
    answers = {
      '/v1/status': { accounts: evil.map((name) => ({ ...row(name, 'acme', name), provider_name: `A\u001b]0;x\u0007\nB\tC` })) },
      '/v1/policy': { rules: evil.map((client) => ({ client, decision: 'allow' })) },
      '/v1/ledger?limit=200': { entries: evil.map((name) => ({ caller: { name } })) },
    }
    for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
      const given = shell === 'bash' ? ['--line=tokentray clients allow ', '--breaks=:='] : ['--current=', 'clients', 'allow']
      const [first, ...lines] = (await complete(shell, ...given)).trimEnd().split('\n')
      expect(first).toBe('words')
      expect(lines.map((line) => line.split('\t')[0])).toEqual(['ok'])
      const shown = await completeWords([shell, '--line=tokentray token ', '--current=', 'token'], env(), commands)
      expect(shown.replaceAll(/[\t\n]/g, '')).not.toMatch(/\p{Cc}/u)
    }
  })

  for (const [name, lie] of [
    ['no object', 7],
    ['no accounts', {}],
    ['accounts of another kind', { accounts: [null, 1, 'x'] }],
  ] as const) {
    test(`that answers ${name} is as good as none`, async () => {
      answers = { '/v1/status': lie }
      expect(await complete('fish', '--current=', 'token')).toBe('words\n')
    })
  }

  test('and does not answer keeps nobody waiting for more than it costs to ask', async () => {
    answers = undefined
    expect(await complete('zsh', '--current=', 'token')).toBe('words\n')
    // What needs no broker is there, and the broker is not asked.
    asked.length = 0
    expect(await complete('zsh', '--current=a', 'clients')).toMatch(/^words\nallow\t.*\nask\t.*\n$/)
    expect(asked).toEqual([])
  })
})

test('without a broker nothing is started and no file is made', async () => {
  const nowhere = join(home, 'nowhere')
  const given = { ...env(), TOKENTRAY_HOME: nowhere }
  const run = (...args: string[]) => promisify(execFile)(process.execPath, [program, 'complete-words', ...args], { env: given })
  expect(await run('zsh', '--current=', 'token')).toEqual({ stdout: 'words\n', stderr: '' })
  expect((await run('zsh', '--current=hist')).stdout).toMatch(/^words\nhistory\t/)
  expect(existsSync(nowhere)).toBe(false)
})

test('words that are no question are answered with words for the beginning, and never with an error', async () => {
  const run = (...args: string[]) => promisify(execFile)(process.execPath, [program, 'complete-words', ...args], { env: env() })
  for (const args of [[], ['bash'], ['tcsh'], ['bash', '--line='], ['zsh', '--current=\u001b'], ['zsh', 'x', '--y']]) {
    const { stdout, stderr } = await run(...args)
    expect(stdout).toMatch(/^words\n/)
    expect(stderr).toBe('')
  }
  // A name that no vault can have, and a path that is too long.
  expect((await run('zsh', '--current=', '--vault', '../x', 'token')).stdout).toBe('words\n')
  expect(await completeWords(['zsh', '--current=', 'token'], { TOKENTRAY_SOCKET: `/${'x'.repeat(200)}` }, commands)).toBe(
    'words\n',
  )
})

test('what runs for each Tab loads neither the parser of options nor the schemas', () => {
  const seen = new Set<string>()
  const follow = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*"([^"]+)"/g)) {
      if (name.startsWith('.')) follow(join(file, '..', name))
      else expect(name).toMatch(/^node:/)
    }
  }
  follow(join(program, '../../programs/complete-words.js'))
  expect(seen.size).toBeGreaterThan(1)
})
