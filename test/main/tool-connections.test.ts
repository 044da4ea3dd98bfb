import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HostCommands } from '../../src/host/handle.ts'
import { type ToolConnections, toolConnections } from '../../src/main/tool-connections.ts'
import { BrokerError, type Explanation } from '../../src/protocol/index.ts'
import { active, ana, codex, snapshotOf } from '../renderer/support/snapshots.ts'
import { FakeHost } from './support/fake-host.ts'

const secret = 'sk-ant-api03-Qm0vXr2LbT9sYc4HzWp8'

let person: string
let host: FakeHost
beforeEach(async () => {
  person = await mkdtemp(join(tmpdir(), 'tt-app-tools-'))
  const work = { ...codex(active, ana), id: 'openai-codex-2', label: 'work' }
  host = new FakeHost(snapshotOf([codex(active, ana), work]))
  host.answers.set('explain', ({ selector }: HostCommands['explain']['ask']) => explained(selector))
  await program('bin/tokentray')
})
afterEach(() => rm(person, { recursive: true, force: true }))

const at = (name: string) => join(person, name)

async function write(name: string, text: string): Promise<string> {
  await mkdir(dirname(at(name)), { recursive: true })
  await writeFile(at(name), text)
  return at(name)
}

const program = async (name: string) => chmod(await write(name, '#!/bin/sh\n'), 0o755)

/** What the broker says of the accounts that there are: of Codex two, and a key of Anthropic. */
function explained(selector: string): Explanation {
  const [provider = '', label] = selector.split(':')
  const base = { 'openai-codex': 'https://chatgpt.com/backend-api/codex', anthropic: 'https://api.anthropic.com' }[provider]
  if (base === undefined) throw new BrokerError('login_required', `There is no account of ${provider}.`)
  const link = provider === 'anthropic' ? 'api_key' : 'grant'
  const winner = label === 'work' ? `${provider}-2` : `${provider}-1`
  return {
    provider,
    chain: [{ link, account: winner, verdict: 'used', reason: 'it is the only one' }],
    winner,
    api: { base_url: base, headers: { 'ChatGPT-Account-Id': 'acct-1' } },
  }
}

function connections(env: Record<string, string> = {}, executable = at('app/tokentray')): ToolConnections {
  const place = { HOME: person, PATH: at('bin'), TOKENTRAY_HOME: at('home'), ...env }
  return toolConnections(
    { ask: (name, value) => host.ask(name, value), snapshot: () => host.snapshot() },
    {
      env: place,
      executable,
      now: () => 0,
    },
  )
}

const stateOf = async (tool: string) => (await connections().list()).find(({ id }) => id === tool)

describe('a tool that is connected from the app', () => {
  test('gets what was shown, and is byte for byte as before when it is disconnected', async () => {
    const before = `# mine\nmodel = "gpt-5"\nkey = "${secret}"\n`
    const file = await write('.codex/config.toml', before)
    const shown = await connections().plan({ tool: 'codex' })
    expect(shown).toMatchObject({
      kind: 'ready',
      selector: 'openai-codex:login',
      choices: ['openai-codex:login', 'openai-codex:work'],
      files: [{ path: '~/.codex/config.toml', what: 'changed', hidden: false }],
    })
    expect(await readFile(file, 'utf8')).toBe(before)
    const tools = await connections().connect({ tool: 'codex', account: 'openai-codex:work' })
    expect(tools.find(({ id }) => id === 'codex')).toMatchObject({
      state: 'connected',
      selector: 'openai-codex:work',
      files: ['~/.codex/config.toml'],
      changed: [],
    })
    expect(await readFile(file, 'utf8')).toContain('args = ["token", "openai-codex:work", "--client", "codex"]')
    const back = await connections().planDisconnection('codex')
    expect(back).toMatchObject({ keepsToken: false, files: [{ what: 'changed', hidden: false }] })
    expect(JSON.stringify([shown, tools, back])).not.toMatch(/Qm0vXr2|# mine/)
    const ended = await connections().disconnect('codex')
    expect(ended).toMatchObject({ restored: true, left: false })
    expect(ended.tools.find(({ id }) => id === 'codex')).toMatchObject({ state: 'found', files: [] })
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  test('is not told a value of the person that stands in the place of ours, in a file of one line', async () => {
    const before = `{"apiKeyHelper":"echo ${secret}","env":{"ANTHROPIC_AUTH_TOKEN":"${secret}"}}`
    const file = await write('.claude/settings.json', before)
    const shown = await connections().plan({ tool: 'claude-code' })
    expect(shown).toMatchObject({ files: [{ hidden: true }] })
    await connections().connect({ tool: 'claude-code' })
    const back = await connections().planDisconnection('claude-code')
    expect(back).toMatchObject({ files: [{ hidden: true }] })
    expect(JSON.stringify([shown, back])).not.toContain('Qm0vXr2')
    await connections().disconnect('claude-code')
    expect(await readFile(file, 'utf8')).toBe(before)
  })

  test('says that something stays which the person has changed since, and not what', async () => {
    const file = await write('.codex/config.toml', '')
    await connections().connect({ tool: 'codex' })
    await writeFile(file, (await readFile(file, 'utf8')).replace('model_provider = "tokentray"', `model_provider = "${secret}"`))
    expect((await stateOf('codex'))?.changed).toEqual(['~/.codex/config.toml'])
    const shown = await connections().planDisconnection('codex')
    const ended = await connections().disconnect('codex')
    expect(ended).toMatchObject({ restored: false, left: true })
    expect(JSON.stringify([shown, ended])).not.toContain(secret)
    expect(await readFile(file, 'utf8')).toContain(secret)
  })
})

test('the files with a token are told as a person writes them', async () => {
  const file = { tool: 'claude-code', account: 'anthropic-1', state: 'fresh' }
  host.answers.set('token_files', () => [{ ...file, path: at('.claude/.credentials.json') }])
  expect(await connections().tokenFiles()).toEqual([{ ...file, path: '~/.claude/.credentials.json' }])
})

describe('a tool that is not connected', () => {
  test('because the command is not installed: nothing is written', async () => {
    await rm(at('bin/tokentray'))
    const file = await write('.codex/config.toml', 'a = 1\n')
    expect(await connections().plan({ tool: 'codex' })).toEqual({ kind: 'no_command' })
    await expect(connections().connect({ tool: 'codex' })).rejects.toMatchObject({
      code: 'not_found',
      fix: expect.stringContaining('npm install -g tokentray'),
    })
    expect(await readFile(file, 'utf8')).toBe('a = 1\n')
  })

  test('because only the app itself has the name of the command', async () => {
    await program('app/tokentray')
    await rm(at('bin/tokentray'))
    await symlink(at('app/tokentray'), at('bin/tokentray'))
    expect(await connections().plan({ tool: 'codex' })).toEqual({ kind: 'no_command' })
    await program('.local/bin/tokentray')
    await connections().connect({ tool: 'codex' })
    expect(await readFile(at('.codex/config.toml'), 'utf8')).toContain(`command = "${at('.local/bin/tokentray')}"`)
  })

  test('because its settings are a link, until the person says that it may be followed', async () => {
    await write('dotfiles/codex.toml', 'a = 1\n')
    await mkdir(at('.codex'))
    await symlink('../dotfiles/codex.toml', at('.codex/config.toml'))
    expect(await connections().plan({ tool: 'codex' })).toEqual({
      kind: 'link',
      path: '~/.codex/config.toml',
      target: '~/dotfiles/codex.toml',
    })
    await expect(connections().connect({ tool: 'codex' })).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await connections().plan({ tool: 'codex', follow: true })).toMatchObject({
      files: [{ path: '~/dotfiles/codex.toml' }],
    })
    await connections().connect({ tool: 'codex', follow: true })
    expect(await readFile(at('dotfiles/codex.toml'), 'utf8')).toContain('tokentray')
    await connections().disconnect('codex')
    expect(await readFile(at('dotfiles/codex.toml'), 'utf8')).toBe('a = 1\n')
  })

  test('because there is no login for it, or no broker, or no such tool', async () => {
    await expect(connections().plan({ tool: 'gemini' })).rejects.toMatchObject({ code: 'login_required' })
    await expect(connections().plan({ tool: '../../etc' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(connections().disconnect('codex')).rejects.toMatchObject({ code: 'not_found' })
    await expect(connections().plan({ tool: 'codex', account: 'no such:::selector' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    host.answers.set('explain', () => Promise.reject(new BrokerError('temporarily_unavailable', 'The broker is starting.')))
    await expect(connections().connect({ tool: 'codex' })).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect((await stateOf('codex'))?.state).toBe('not_installed')
  })

  test('because its file is broken: the reason has nothing of the file', async () => {
    await write('.codex/config.toml', `key = "${secret}\n`)
    await write('.claude/settings.json', `{"key": ${secret}}`)
    for (const tool of ['codex', 'claude-code']) {
      const error = await connections()
        .plan({ tool })
        .catch((fault: unknown) => fault)
      expect(error).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('could not read it either') })
      expect(`${(error as BrokerError).message} ${(error as BrokerError).fix}`).not.toContain('Qm0vXr2')
    }
  })
})
