// The git credential helper: spoken to by git itself, and by whoever writes nonsense.
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readGitRequest } from '../../src/cli/git-credential.ts'
import { type PracticeServer, startPracticeServer } from '../../src/practice/index.ts'
import { signIn, tokenOf } from '../daemon/practice-login.ts'
import { type Ended, newHome, program, type RunningDaemon } from '../daemon/running-daemon.ts'

const githubKey = 'gho_abcdefghijklmnopqrstuvwxyz'

/** The file that the documentation gives to people who want git to have a login of GitHub. */
const documented = new URL('../../src/providers/PROVIDERS.md', import.meta.url)
const githubFile = /^## GitHub[\s\S]*?```json\n([\s\S]*?)```/m.exec(readFileSync(documented, 'utf8'))?.[1] ?? ''

let server: PracticeServer
let daemon: RunningDaemon
beforeAll(async () => {
  server = await startPracticeServer({ port: 0 })
  daemon = await newHome({ TOKENTRAY_UPSTREAM: server.issuer })
  await mkdir(join(daemon.home, 'providers'))
  await writeFile(join(daemon.home, 'providers', 'github.json'), githubFile)
  await daemon.start()
  await signIn(daemon)
  const answer = await daemon.ask('/v1/accounts', { method: 'POST', body: { provider: 'github', secret: githubKey } })
  expect(answer.status, answer.text).toBe(200)
})
afterAll(async () => {
  await daemon.clear()
  await server.close()
})

/** Runs a program with this on its standard input. */
function answer(file: string, args: readonly string[], input: string): Promise<Ended> {
  const child = spawn(file, args, {
    env: {
      ...daemon.env,
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    } as NodeJS.ProcessEnv,
    cwd: daemon.home,
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  }
  child.stdin.on('error', () => {}).end(input)
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })))
}

const helper = (args: readonly string[], input: string) =>
  answer(process.execPath, [program, 'credential', 'git', ...args], input)
const lines = (text: string) => text.split('\n').slice(0, -1)
const wanted = (protocol: string, host: string) =>
  `capability[]=authtype\nprotocol=${protocol}\nhost=${host}\nwwwauth[]=Basic realm="x"\n\n`

function hasGit(): boolean {
  try {
    return execFileSync('git', ['--version'], { encoding: 'utf8' }).startsWith('git')
  } catch {
    return false
  }
}

describe('the helper', () => {
  test('answers the login of GitHub for its hosts, and nothing for others', async () => {
    for (const host of ['github.com', 'gist.github.com', 'GitHub.com']) {
      const ended = await helper(['get'], wanted('https', host))
      expect(ended, host).toEqual({ code: 0, stdout: `username=x-access-token\npassword=${githubKey}\n`, stderr: '' })
    }
    for (const [protocol, host] of [
      ['http', 'github.com'],
      ['https', 'github.com.example'],
      ['https', 'notgithub.com'],
      ['https', 'gitlab.com'],
      ['ssh', 'github.com'],
      ['https', ''],
    ] as const) {
      expect(await helper(['get'], wanted(protocol, host)), `${protocol} ${host}`).toEqual({ code: 0, stdout: '', stderr: '' })
    }
  })

  test('gives a token to the server of its provider only, whatever selector the settings of git name', async () => {
    const own = server.issuer.replace('http://', '')
    const good = await helper(['--selector', 'practice', 'get'], wanted('http', own))
    expect(lines(good.stdout)).toEqual([
      'username=oauth2',
      `password=${await tokenOf(daemon)}`,
      expect.stringMatching(/^password_expiry_utc=\d{10}$/),
    ])
    for (const [selector, protocol, host] of [
      ['practice', 'http', '127.0.0.1'],
      ['practice', 'http', '127.0.0.1:1'],
      ['practice', 'https', own],
      ['practice', 'http', '0.0.1'],
      ['practice', 'https', 'github.com'],
      ['github', 'https', 'com'],
      ['github', 'https', 'evil.example'],
      ['github', 'https', 'api.github.com.evil.example'],
    ] as const) {
      const ended = await helper(['--selector', selector, 'get'], wanted(protocol, host))
      expect(ended, `${selector} ${host}`).toEqual({ code: 0, stdout: '', stderr: '' })
    }
  })

  test('takes nothing, forgets nothing, and keeps quiet about what git will say one day', async () => {
    for (const operation of ['store', 'erase', 'capability', 'something-new']) {
      const ended = await helper([operation], `protocol=https\nhost=github.com\nusername=a\npassword=b\n\n`)
      expect(ended, operation).toEqual({ code: 0, stdout: '', stderr: '' })
    }
    expect((await helper(['get'], wanted('https', 'github.com'))).stdout).toContain(githubKey)
  })

  test.for([
    [
      'no provider of that name',
      ['--selector', 'gitlab', 'get'],
      wanted('https', 'gitlab.com'),
      7,
      /There is no provider "gitlab"/,
    ],
    ['nobody signed in', ['--selector', 'xai', 'get'], wanted('https', 'x.ai'), 4, /Nobody is signed in to xAI/],
    ['no line of git', ['get'], 'GET / HTTP/1.1\r\n\r\n', 2, /This command is for git/],
    ['no operation', [], '', 2, /missing required argument/],
    ['far too much', ['get'], `host=${'x'.repeat(100_000)}\n`, 2, /more than git ever asks/],
  ] as const)('says what is wrong on standard error alone: %s', async ([, args, input, code, says]) => {
    expect(await helper(args, input)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(says) })
  })
})

describe.runIf(hasGit())('git itself', () => {
  const own = () => server.issuer.replace('http://', '')
  const git = (operation: string, input: string) => {
    const command = `!'${process.execPath}' '${program}' credential git --selector practice`
    return answer('git', ['-c', 'credential.helper=', '-c', `credential.helper=${command}`, 'credential', operation], input)
  }

  test('is given the token, and may store and erase it without any effect', async () => {
    const token = await tokenOf(daemon)
    const filled = await git('fill', `protocol=http\nhost=${own()}\n\n`)
    expect(filled.code, filled.stderr).toBe(0)
    expect(lines(filled.stdout)).toEqual(expect.arrayContaining(['username=oauth2', `password=${token}`]))
    for (const operation of ['approve', 'reject']) {
      expect(await git(operation, filled.stdout)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    }
    expect(await tokenOf(daemon)).toBe(token)
  })

  test('asks further when there is nothing for a host', async () => {
    const ended = await git('fill', 'protocol=https\nhost=gitlab.example\n\n')
    expect(ended).toMatchObject({ code: 128, stdout: '', stderr: expect.stringContaining('terminal prompts disabled') })
  })
})

test('a request ends at its empty line, and its values may hold anything but a line break', () => {
  expect([...readGitRequest('protocol=https\r\nhost=a=b\nwwwauth[]=\n\nnonsense')]).toEqual([
    ['protocol', 'https'],
    ['host', 'a=b'],
    ['wwwauth[]', ''],
  ])
  expect(readGitRequest('').size).toBe(0)
  expect(() => readGitRequest('=x\n')).toThrow(/did not ask/)
})
