// Each program is connected, runs a turn, which makes it write files of its own, and is disconnected: its settings are as they were.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addKey } from '../daemon/add-key.ts'
import { type Person, signInTo, withPerson } from './person.ts'
import type { ClientName } from './programs.ts'
import { connect, selectorOf, toolOf, writeOwnSettings, writeSettings } from './settings.ts'

const clients: readonly ClientName[] = ['codex', 'claude', 'copilot', 'pi']

/** What each program reads, and what is not there before. */
const settings: Readonly<Record<ClientName, string>> = {
  codex: '.codex/config.toml',
  claude: '.claude/settings.json',
  copilot: '.profile',
  pi: '.pi/agent/models.json',
}

async function contents({ home }: Person, client: ClientName): Promise<string | undefined> {
  const path = join(home, settings[client])
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : `${((await stat(path)).mode & 0o777).toString(8)} ${text}`
}

/** The files of a person that name TokenTray's command, what the programs themselves write down of a conversation aside. */
async function mentions(person: Person): Promise<readonly string[]> {
  const names = await readdir(person.home, { recursive: true, withFileTypes: true })
  const files = names.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const found = await Promise.all(
    files.map(async (file) => ((await readFile(file, 'latin1')).includes('tokentray token') ? file : undefined)),
  )
  return found.filter((file) => file !== undefined && !/sessions|\.sqlite|logs?\b|projects/.test(file)).map(String)
}

for (const client of clients) {
  test.concurrent(`${client}: connected, used and disconnected, its settings are byte for byte as before`, () =>
    withPerson(async (person) => {
      if (selectorOf(client) === 'anthropic') await addKey(person, 'anthropic', 'sk-ant-api03-')
      else await signInTo(person, selectorOf(client))
      await writeOwnSettings(person, client)
      const before = await contents(person, client)
      const env = await connect(person, client)
      expect(await contents(person, client)).not.toBe(before)
      const turn = await person.turn(client, env)
      expect(turn.code, turn.stdout + turn.stderr).toBe(0)
      const ended = await person.tokentray('disconnect', toolOf[client])
      expect(ended.code, ended.stderr).toBe(0)
      expect(await contents(person, client)).toBe(before)
      expect(await mentions(person)).toEqual([])
    }))
}

test('all are connected and disconnected by one command, and the list says so', () =>
  withPerson(async (person) => {
    const { tokentray } = person
    await signInTo(person, 'chatgpt')
    await addKey(person, 'anthropic', 'sk-ant-api03-')
    await writeSettings(person, '.profile', 'export A=1')
    for (const client of clients) await writeOwnSettings(person, client)
    const before = await Promise.all(clients.map((client) => contents(person, client)))
    for (const client of clients) await connect(person, client)
    const listed = async () => {
      const { tools } = JSON.parse((await tokentray('connect', '--list', '--json')).stdout) as {
        readonly tools: readonly { readonly id: string; readonly state: string; readonly changed: readonly string[] }[]
      }
      return tools.filter(({ state }) => state === 'connected')
    }
    expect((await listed()).map(({ id, changed }) => [id, changed])).toEqual(
      ['codex', 'claude-code', 'github-copilot-cli', 'pi'].map((id) => [id, []]),
    )
    const ended = await tokentray('disconnect', '--all')
    expect(ended.code, ended.stderr).toBe(0)
    expect(await Promise.all(clients.map((client) => contents(person, client)))).toEqual(before)
    expect(await listed()).toEqual([])
  }))
