import { chmod, chown, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, watch, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type ConnectRequest, connectTool } from '../../../src/integrations/connections/connect.ts'
import { disconnectTool } from '../../../src/integrations/connections/disconnect.ts'
import type { FileChange } from '../../../src/integrations/connections/file-change.ts'
import { readJournal } from '../../../src/integrations/connections/journal.ts'
import { journalPath } from '../../../src/integrations/connections/journal-path.ts'
import { previewConnection, previewDisconnection } from '../../../src/integrations/connections/preview.ts'
import { put } from '../../../src/integrations/connections/text-change.ts'
import { blockChange, jsonChange, jsonTexts, tomlChange, tomlTexts } from './texts.ts'

let person: string
let home: string
beforeEach(async () => {
  person = await mkdtemp(join(tmpdir(), 'tt-connect-'))
  home = join(person, 'tokentray')
})
afterEach(() => rm(person, { recursive: true, force: true }))

const at = (name: string) => join(person, name)
const noToken = async () => undefined

async function write(name: string, text: string, mode = 0o644): Promise<string> {
  await mkdir(dirname(at(name)), { recursive: true })
  await writeFile(at(name), text)
  await chmod(at(name), mode)
  return at(name)
}

const connect = (changes: readonly FileChange[], more: Partial<ConnectRequest> = {}) =>
  connectTool(home, {
    tool: 'codex',
    selector: 'openai-codex',
    changes,
    followLinks: false,
    tokenFile: undefined,
    now: 0,
    ...more,
  })
const disconnect = (tool = 'codex') => disconnectTool(home, tool, noToken)

/** Every file of the person with its text and mode, but for what TokenTray keeps. */
async function everything(folder = person): Promise<Record<string, string>> {
  const names = await readdir(folder, { withFileTypes: true })
  const found = names
    .filter(({ name }) => join(folder, name) !== home)
    .map(async (each): Promise<Record<string, string>> => {
      const path = join(folder, each.name)
      if (each.isDirectory()) return { [path]: 'folder', ...(await everything(path)) }
      if (each.isSymbolicLink()) return { [path]: 'link' }
      const { mode } = await stat(path)
      return { [path]: `${(mode & 0o777).toString(8)} ${await readFile(path, 'utf8')}` }
    })
  return Object.assign({}, ...(await Promise.all(found)))
}

describe('connecting and disconnecting', () => {
  test.each([
    ...tomlTexts.map((text) => ['config.toml', text, tomlChange] as const),
    ...jsonTexts.map((text) => ['settings.json', text, jsonChange] as const),
  ])('leaves %s byte for byte, mode included: %j', async (name, text, change) => {
    await write(name, text, 0o640)
    const before = await everything()
    expect(await previewConnection(home, 'codex', [change(at(name))], false)).toEqual([
      { path: at(name), before: text, after: put(text, change(at(name))), changes: [change(at(name))] },
    ])
    expect(await everything()).toEqual(before)
    await connect([change(at(name))])
    expect(await readFile(at(name), 'utf8')).toBe(put(text, change(at(name))))
    expect((await stat(at(name))).mode & 0o777).toBe(0o640)
    expect(await previewDisconnection(await readJournal(home))).toEqual([
      { path: at(name), before: put(text, change(at(name))), after: text, changes: [change(at(name))] },
    ])
    expect(await disconnect()).toEqual([{ path: at(name), outcome: 'restored', left: [] }])
    expect(await everything()).toEqual(before)
    expect(await readdir(home)).toEqual([])
  })

  test('takes away the files and folders that were made, and no folder that somebody uses', async () => {
    const files = [tomlChange(at('a/b/config.toml')), jsonChange(at('c/settings.json'))]
    const before = await everything()
    await connect(files)
    expect((await stat(at('a/b/config.toml'))).mode & 0o777).toBe(0o600)
    await disconnect()
    expect(await everything()).toEqual(before)
    await connect(files)
    await write('c/mine', 'x')
    await disconnect()
    expect(Object.keys(await everything())).toEqual([at('c'), at('c/mine')])
  })

  test('two tools in one profile go in any order', async () => {
    await write('.bashrc', 'export A=1\n')
    for (const tool of ['aider', 'gemini']) await connect([blockChange(at('.bashrc'), tool)], { tool })
    expect(await disconnect('aider')).toMatchObject([{ outcome: 'cleaned', left: [] }])
    expect(await readFile(at('.bashrc'), 'utf8')).not.toContain('aider >>>')
    await disconnect('gemini')
    expect(await readFile(at('.bashrc'), 'utf8')).toBe('export A=1\n')
  })

  test('a tool that only loses a setting gets no file for it', async () => {
    const removal: FileChange = { kind: 'settings', file: at('s.json'), format: 'json', settings: [{ path: ['apiKeyHelper'] }] }
    await connect([removal])
    expect(await everything()).toEqual({})
    await disconnect()
    await write('s.json', '{"apiKeyHelper":"mine"}')
    await connect([removal])
    expect(await readFile(at('s.json'), 'utf8')).toBe('{}')
    await disconnect()
    expect(await readFile(at('s.json'), 'utf8')).toBe('{"apiKeyHelper":"mine"}')
  })

  test('is refused for a tool that is connected, and for one that is not', async () => {
    await connect([tomlChange(at('config.toml'))])
    const before = await everything()
    await expect(connect([tomlChange(at('config.toml'))])).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await everything()).toEqual(before)
    await expect(disconnect('pi')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('one command at a time: of many that connect at once, one does', async () => {
    await write('config.toml', 'a = 1\n')
    const ended = await Promise.allSettled(Array.from({ length: 6 }, () => connect([tomlChange(at('config.toml'))])))
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await disconnect()
    expect(await readFile(at('config.toml'), 'utf8')).toBe('a = 1\n')
  })
})

describe('a power cut', () => {
  test('after the journal and before the file leaves nothing to put back', async () => {
    await write('config.toml', 'a = 1\n')
    await connect([tomlChange(at('config.toml')), jsonChange(at('n/settings.json'))])
    // The journal says what would have been done; both files are as they were.
    await write('config.toml', 'a = 1\n')
    await rm(at('n'), { recursive: true })
    expect(await disconnect()).toMatchObject([{ outcome: 'restored' }, { outcome: 'restored' }])
    expect(await everything()).toEqual({ [at('config.toml')]: '644 a = 1\n' })
  })

  test('between two files of a disconnection is made up for by the next one', async () => {
    await write('config.toml', 'a = 1\n')
    await write('settings.json', '{}')
    await connect([tomlChange(at('config.toml')), jsonChange(at('settings.json'))])
    await write('settings.json', '{}')
    expect(await disconnect()).toMatchObject([{ outcome: 'restored' }, { outcome: 'restored' }])
    expect(await readFile(at('config.toml'), 'utf8')).toBe('a = 1\n')
  })

  test('of a command that was killed, the lock is not waited for long', async () => {
    await mkdir(join(home, 'connections.lock'), { recursive: true })
    vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] })
    try {
      await connect([tomlChange(at('config.toml'))])
    } finally {
      vi.useRealTimers()
    }
    expect(await readJournal(home)).toHaveLength(1)
  })
})

describe('a failure', () => {
  test('because a program has written to its settings meanwhile leaves them as that program wrote them', async () => {
    await write('config.toml', 'a = 1\n')
    await write('settings.json', '{}')
    // The journal comes after the look and before the first write.
    const watcher = watch(person, { recursive: true })
    const meddled = (async () => {
      for await (const { filename } of watcher)
        if (filename?.endsWith('connections.json')) return write('settings.json', '{"theirs":1}')
      return undefined
    })()
    await mkdir(home)
    const connecting = connect([tomlChange(at('config.toml')), jsonChange(at('settings.json'))])
    await meddled
    await connecting.catch((error: unknown) =>
      expect(error).toMatchObject({ code: 'temporarily_unavailable', fix: expect.stringMatching(/End that program/) }),
    )
    await disconnect().catch((error: unknown) => expect(error).toMatchObject({ code: 'not_found' }))
    expect(JSON.parse(await readFile(at('settings.json'), 'utf8'))).toEqual({ theirs: 1 })
    expect(await readFile(at('config.toml'), 'utf8')).toBe('a = 1\n')
  })

  test('of the second file puts the first one back', async () => {
    await write('config.toml', 'a = 1\n')
    const before = await everything()
    const tokenFile = { path: at('token'), put: () => Promise.reject(new Error('full')), remove: vi.fn(async () => undefined) }
    await expect(connect([tomlChange(at('config.toml'))], { tokenFile })).rejects.toThrow('full')
    expect(tokenFile.remove).toHaveBeenCalledOnce()
    expect(await everything()).toEqual(before)
    expect(await readJournal(home)).toEqual([])
  })

  test('of a file that must not be edited leaves all of them untouched', async () => {
    await write('config.toml', 'a = 1\n')
    await write('settings.json', '{"broken": ')
    const before = await everything()
    await expect(connect([tomlChange(at('config.toml')), jsonChange(at('settings.json'))])).rejects.toThrow('settings.json')
    expect(await everything()).toEqual(before)
    expect(await readJournal(home)).toEqual([])
  })

  test('of the journal is told, and nothing is changed', async () => {
    await write('config.toml', 'a = 1\n')
    await mkdir(home)
    await writeFile(journalPath(home), '{"version":1,"conn')
    const before = await everything()
    await expect(connect([tomlChange(at('config.toml'))])).rejects.toMatchObject({
      message: expect.stringContaining('connections.json cannot be read'),
    })
    await expect(disconnect()).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await everything()).toEqual(before)
    expect(await readFile(journalPath(home), 'utf8')).toBe('{"version":1,"conn')
  })
})

describe('a file that is left alone, with the reason', () => {
  const isRoot = process.getuid?.() === 0
  const refused: readonly (readonly [string, string, () => Promise<unknown>])[] = [
    ['broken', 'Its program could not read it', () => write('config.toml', 'a = [\n')],
    ['read-only', 'It is read-only', () => write('config.toml', 'a = 1\n', 0o444)],
    ['huge', 'It is larger', () => write('config.toml', `a = "${'x'.repeat(1_100_000)}"\n`)],
    ['a folder', 'It is no regular file', () => mkdir(at('config.toml'))],
    ['no text', 'It is no text', () => writeFile(at('config.toml'), Buffer.from([0x61, 0xff, 0xfe]))],
    ['a link', 'It is a link to .*elsewhere', async () => symlink(await write('elsewhere', 'a = 1\n'), at('config.toml'))],
    ['a link that leads nowhere', 'It is a link', () => symlink(at('gone'), at('config.toml'))],
    ['a link to itself', 'It is a link', () => symlink(at('config.toml'), at('config.toml'))],
    ...(isRoot
      ? [
          [
            "somebody else's",
            'It belongs to another user',
            async () => chown(await write('config.toml', 'a = 1\n'), 4242, 4242),
          ] as const,
        ]
      : []),
  ]

  test.each(refused)('%s', async (_, reason, make) => {
    await make()
    const before = await everything()
    for (const attempt of [
      () => connect([tomlChange(at('config.toml'))]),
      () => previewConnection(home, 'x', [tomlChange(at('config.toml'))], false),
    ]) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'invalid_request',
        message: expect.stringMatching(new RegExp(`^${at('config.toml')} is left as it is\\. ${reason}`)),
        fix: expect.stringMatching(/./),
      })
    }
    expect(await everything()).toEqual(before)
    expect(await readJournal(home)).toEqual([])
  })

  test('a link is followed when the person says so, and stays a link', async () => {
    await write('dotfiles/config.toml', 'a = 1\n')
    await symlink(at('dotfiles/config.toml'), at('config.toml'))
    const before = await everything()
    await connect([tomlChange(at('config.toml'))], { followLinks: true })
    expect(await readFile(at('dotfiles/config.toml'), 'utf8')).toContain('tokentray')
    await disconnect()
    expect(await everything()).toEqual(before)
  })

  test('one that became a link since stays as it is, and so does what it leads to', async () => {
    await connect([tomlChange(at('config.toml'))])
    await rm(at('config.toml'))
    await write('elsewhere', 'a = 1\n')
    await symlink(at('elsewhere'), at('config.toml'))
    const before = await everything()
    const refused = {
      code: 'invalid_request',
      message: expect.stringContaining(`It is a link to ${at('elsewhere')} now.`),
      fix: expect.stringContaining('Put the file itself back'),
    }
    await expect(disconnect()).rejects.toMatchObject(refused)
    await expect(readJournal(home).then(previewDisconnection)).rejects.toMatchObject(refused)
    expect(await everything()).toEqual(before)
    expect(await readJournal(home)).toHaveLength(1)
  })

  test('another name of the same file keeps what it had', async () => {
    await write('config.toml', 'a = 1\n')
    await link(at('config.toml'), at('copy'))
    await connect([tomlChange(at('config.toml'))])
    expect(await readFile(at('copy'), 'utf8')).toBe('a = 1\n')
  })
})

describe('settings that were changed since', () => {
  test('lose what is ours and nothing else', async () => {
    await write('config.toml', tomlTexts[3] ?? '')
    await connect([tomlChange(at('config.toml'))])
    const added = '\n[projects."/new"]\ntrust_level = "trusted"\n'
    await write('config.toml', (await readFile(at('config.toml'), 'utf8')) + added)
    expect(await disconnect()).toEqual([{ path: at('config.toml'), outcome: 'cleaned', left: [] }])
    expect(await readFile(at('config.toml'), 'utf8')).toBe(tomlTexts[3] + added)
  })

  test('of a file that was made stay, without ours', async () => {
    await connect([tomlChange(at('config.toml'))])
    await write('config.toml', `${await readFile(at('config.toml'), 'utf8')}\n[tui]\ntheme = "x"\n`)
    await disconnect()
    expect((await readFile(at('config.toml'), 'utf8')).trim()).toBe('[tui]\ntheme = "x"')
  })

  test('that are broken now are left, and the connection can still be undone later', async () => {
    await connect([tomlChange(at('config.toml'))])
    const good = await readFile(at('config.toml'), 'utf8')
    await write('config.toml', `${good}[`)
    await expect(disconnect()).rejects.toThrow('Its program could not read it')
    expect(await readFile(at('config.toml'), 'utf8')).toBe(`${good}[`)
    await write('config.toml', good)
    await disconnect()
    expect(await everything()).toEqual({})
  })

  test('a file that is gone is nothing to put back', async () => {
    await write('config.toml', 'a = 1\n')
    await connect([tomlChange(at('config.toml'))])
    await rm(at('config.toml'))
    expect(await disconnect()).toMatchObject([{ outcome: 'cleaned' }])
    expect(await readJournal(home)).toEqual([])
  })
})
