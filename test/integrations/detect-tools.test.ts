import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectTool } from '../../src/integrations/connections/connect.ts'
import { disconnectTool } from '../../src/integrations/connections/disconnect.ts'
import type { FileChange } from '../../src/integrations/connections/file-change.ts'
import { put as putChange } from '../../src/integrations/connections/text-change.ts'
import { detectTools, type FileReaders, fileReaders } from '../../src/integrations/index.ts'
import { type Access, surroundingsOf, type ToolDefinition } from '../../src/integrations/tool.ts'
import { tools } from '../../src/integrations/tools.ts'
import { selectorName } from '../../src/protocol/index.ts'

let home: string
let bin: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tt-tools-'))
  bin = join(home, 'programs')
  await mkdir(bin)
})
afterEach(() => rm(home, { recursive: true, force: true }))

type Env = Record<string, string | undefined>

const detect = (env: Env = {}, readers: FileReaders = fileReaders) =>
  detectTools({ HOME: home, PATH: bin, ...env }, readers, 'linux')

async function stateOf(id: string, env: Env = {}) {
  return (await detect(env)).find((tool) => tool.id === id)?.state
}

async function put(file: string, text: string, mode = 0o644): Promise<void> {
  const path = join(home, file)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { mode })
}

describe('a tool that was never here', () => {
  test('is not installed', async () => {
    const all = await detect()
    expect(all.map(({ id }) => id)).toEqual(tools.map(({ id }) => id))
    for (const tool of all) expect(tool).toMatchObject({ state: 'not_installed', files: [], changed: [] })
  })

  test('has a name that the ledger takes', () => {
    for (const { id } of tools) expect(id).toMatch(selectorName)
  })
})

describe('a tool that is installed', () => {
  test.each(tools.map(({ id, commands }) => [id, commands[0] ?? '']))('%s is found by its command', async (id, command) => {
    await put(`programs/${command}`, '#!/bin/sh\n', 0o755)
    expect(await stateOf(id)).toBe('found')
  })

  test('is not what cannot be started, a folder of the name, or a file in the folder that happens to be the present one', async () => {
    await put('programs/codex', 'text', 0o644)
    await mkdir(join(bin, 'claude'))
    await symlink(join(bin, 'gone'), join(bin, 'pi'))
    for (const id of ['codex', 'claude-code', 'pi']) expect(await stateOf(id)).toBe('not_installed')
    const looked: string[] = []
    const isProgram = async (path: string) => looked.push(path) === 0
    await detect({ PATH: `:.:../x:${bin}::${bin}` }, { ...fileReaders, isProgram })
    expect(new Set(looked.map((path) => dirname(path)))).toEqual(new Set([bin, join(home, '.local/bin')]))
  })

  test('is found where a link leads to it, and when only its folder is there', async () => {
    await put('elsewhere/codex.js', '', 0o755)
    await symlink(join(home, 'elsewhere/codex.js'), join(bin, 'codex'))
    expect(await stateOf('codex')).toBe('found')
    await mkdir(join(home, 'own/claude'), { recursive: true })
    expect(await stateOf('claude-code')).toBe('not_installed')
    expect(await stateOf('claude-code', { CLAUDE_CONFIG_DIR: join(home, 'own/claude') })).toBe('found')
  })

  test('a PATH of ten thousand folders is not gone through to its end', async () => {
    let looks = 0
    const isProgram = async () => {
      looks += 1
      return false
    }
    const PATH = Array.from({ length: 10_000 }, (_, number) => `/p/${number}`).join(':')
    await detect({ PATH }, { ...fileReaders, isProgram })
    expect(looks).toBeLessThanOrEqual(tools.length * 101)
  })
})

describe('a tool that is connected by hand', () => {
  test.each(tools.map((tool) => [tool.id, tool] as const))(
    '%s is, once somebody has written what connects it',
    async (id, tool) => {
      for (const SHELL of ['/bin/bash', '/usr/bin/zsh', '/usr/bin/fish', undefined]) {
        expect(await stateOf(id, { SHELL })).not.toBe('connected_by_hand')
        for (const change of connectionOf(tool, { HOME: home, PATH: bin, SHELL })) {
          await put(change.file.slice(home.length + 1), putChange(undefined, change))
          expect(await stateOf(id, { SHELL }), change.file).toBe('connected_by_hand')
          await rm(change.file)
        }
      }
    },
  )

  test.each([
    ['a path to the command', 'command = "/opt/TokenTray/bin/tokentray"'],
    ['another command around it', 'args = ["-c", "exec tokentray token x"]'],
    ['a link to the settings', undefined],
  ])('by %s', async (_what, line) => {
    await put('dotfiles/codex.toml', line ?? 'command = "tokentray"')
    await mkdir(join(home, '.codex'))
    await symlink(join(home, 'dotfiles/codex.toml'), join(home, '.codex/config.toml'))
    expect(await stateOf('codex')).toBe('connected_by_hand')
  })

  test('by the socket, also one with a name of its own', async () => {
    await put('.codex/config.toml', 'base = "unix:///run/x/own.sock"')
    expect(await stateOf('codex', { TOKENTRAY_SOCKET: '/run/x/own.sock' })).toBe('connected_by_hand')
    expect(await stateOf('codex', { TOKENTRAY_SOCKET: '/run/x/other.sock' })).toBe('found')
    expect(await stateOf('codex', { TOKENTRAY_SOCKET: `/${'x'.repeat(200)}` })).toBe('found')
  })

  test.each([
    ['a comment', '# command = "tokentray"\n  // "tokentray token x"'],
    ['a longer word', 'command = "mytokentray"\nx = "tokentray-like"\ny = "~/src/tokentrays"'],
    ['nothing', ''],
  ])('is not one whose settings have %s', async (_what, text) => {
    await put('.codex/config.toml', text)
    expect(await stateOf('codex')).toBe('found')
  })

  test('is not one whose variable is set by something else, or not at all', async () => {
    await put('.aider.conf.yml', 'model: x')
    await put('.bashrc', 'export OPENROUTER_API_KEY="sk"\nMY_OPENROUTER_API_KEY=$(tokentray token x)\ntokentray status\n')
    expect(await stateOf('aider')).toBe('found')
    await put('.zshrc', '#export OPENROUTER_API_KEY="$(tokentray token openrouter)"\n')
    expect(await stateOf('aider')).toBe('found')
    await put('.zshrc', `alias aider='OPENROUTER_API_KEY="$(tokentray token openrouter)" aider'\r\n`)
    expect(await stateOf('aider')).toBe('connected_by_hand')
    expect(await stateOf('gemini')).toBe('not_installed')
  })
})

describe('files that are not what they should be', () => {
  test('neither throw nor wait: a pipe, a loop, a device, a folder and what is too far down in a large file', async () => {
    await mkdir(join(home, '.codex'))
    execFileSync('mkfifo', [join(home, '.codex/config.toml')])
    await mkdir(join(home, '.claude'))
    await symlink('settings.json', join(home, '.claude/settings.json'))
    await mkdir(join(home, '.pi/agent'), { recursive: true })
    await symlink('/dev/zero', join(home, '.pi/agent/models.json'))
    for (const folder of ['.gemini', '.qwen']) await mkdir(join(home, folder, 'settings.json'), { recursive: true })
    await put('.config/opencode/opencode.json', `${' '.repeat(300_000)}"tokentray"`)
    await put('.aider.conf.yml', Buffer.from([0xff, 0xfe, 0, 0xd8]).toString('latin1'))
    const states = new Map((await detect()).map(({ id, state }) => [id, state]))
    states.delete('github-copilot-cli')
    expect([...states.values()]).toEqual(Array(tools.length - 1).fill('found'))
  })

  test('that nobody may read count as not there', async () => {
    await put('.codex/config.toml', 'command = "tokentray"')
    await chmod(join(home, '.codex/config.toml'), 0)
    const readers: FileReaders = { ...fileReaders, readText: async () => undefined }
    expect((await detect({}, readers)).find(({ id }) => id === 'codex')?.state).toBe('found')
  })

  test('nor does an environment with nonsense in it', async () => {
    const nonsense = '\0\n../../etc'
    const env = { CODEX_HOME: `/${nonsense}`, CLAUDE_CONFIG_DIR: nonsense, XDG_CONFIG_HOME: '', SHELL: nonsense, PATH: '/\0' }
    expect(new Set((await detect(env)).map(({ state }) => state))).toEqual(new Set(['not_installed']))
  })
})

test('no file in which a tool keeps a login is read', async () => {
  const read: string[] = []
  const readers: FileReaders = {
    readText: async (path) => {
      read.push(path.slice(home.length + 1))
      return ''
    },
    isFolder: async () => true,
    isProgram: async () => true,
  }
  await detect({}, readers)
  expect(read).toContain('.codex/config.toml')
  const foreign = read.filter((path) => !/tokentray\/connections\.json$|plugins\/tokentray\.js$/.test(path))
  expect(foreign.filter((path) => /auth|cred|oauth|token|key|\.env$|\.claude\.json|\.copilot/.test(path))).toEqual([])
})

test('on Windows a command has its ending', async () => {
  const looked: string[] = []
  const readers: FileReaders = {
    readText: async () => undefined,
    isFolder: async () => false,
    isProgram: async (path) => {
      looked.push(path)
      return path.endsWith('codex.cmd')
    },
  }
  const all = await detectTools({ USERPROFILE: home, Path: bin }, readers, 'win32')
  expect(all.find(({ id }) => id === 'codex')?.state).toBe('found')
  expect(all.find(({ id }) => id === 'aider')?.state).toBe('not_installed')
  expect(looked.every((path) => /\.(exe|cmd|bat|ps1)$/.test(path))).toBe(true)
})

describe('a tool that TokenTray has connected', () => {
  const connected = async () => {
    const file = join(home, '.bashrc')
    await put('.bashrc', 'export A=1\n')
    const change: FileChange = { kind: 'block', file, mark: 'aider', lines: ["alias aider='tokentray exec openrouter -- aider'"] }
    const request = {
      tool: 'aider',
      selector: 'openrouter:work',
      changes: [change],
      followLinks: false,
      tokenFile: undefined,
      now: 0,
    }
    await connectTool(join(home, 'tokentray'), request)
    return file
  }
  const aider = async () => (await detect({ TOKENTRAY_HOME: join(home, 'tokentray') })).find(({ id }) => id === 'aider')

  test('says by which login, in which files, and which of them somebody has changed since', async () => {
    const file = await connected()
    const told = { id: 'aider', name: 'Aider', state: 'connected', selector: 'openrouter:work', files: [file] }
    expect(await aider()).toEqual({ ...told, changed: [] })
    await writeFile(file, `${await readFile(file, 'utf8')}# mine\n`)
    expect(await aider()).toEqual({ ...told, changed: [file] })
    await rm(file)
    expect(await aider()).toEqual({ ...told, changed: [file] })
    await disconnectTool(join(home, 'tokentray'), 'aider', async () => undefined)
    expect((await aider())?.state).toBe('not_installed')
  })

  test('is not guessed where it cannot be read what was connected', async () => {
    await put('tokentray/connections.json', '{"version":1,"connections":[{"tool":"aider"}]}')
    await expect(aider()).rejects.toMatchObject({ code: 'invalid_request', fix: expect.stringContaining('by hand') })
  })
})

/** What connects a tool to a login that it can use. */
function connectionOf(tool: ToolDefinition, env: Env): readonly FileChange[] {
  const access: Access = {
    provider: tool.takes[0] ?? '',
    selector: tool.takes[0] ?? '',
    kind: 'api_key',
    baseUrl: 'https://api.example/v1',
    headers: {},
    program: ['tokentray'],
    command: ['tokentray', 'token', tool.takes[0] ?? ''],
  }
  return tool.connect([access], surroundingsOf(env, 'linux')).changes
}
