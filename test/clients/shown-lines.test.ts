// The lines that the app shows for each tool, as a person pastes them: the real program takes its token with them. Only the address of
// the API is another one.
import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { tools } from '../../src/integrations/tools.ts'
import { tokenOf } from '../daemon/practice-login.ts'
import { addKey, type Person, signInTo, withPerson } from './person.ts'
import { type ClientName, runProgram, turnOf } from './programs.ts'
import { quietCodex, writeSettings } from './settings.ts'
import { answerText, turnPaths } from './upstream.ts'

const shown: readonly { readonly tool: string; readonly client: ClientName; readonly selector: string }[] = [
  { tool: 'codex', client: 'codex', selector: 'chatgpt' },
  { tool: 'claude-code', client: 'claude', selector: 'anthropic' },
  { tool: 'github-copilot-cli', client: 'copilot', selector: 'chatgpt' },
  { tool: 'pi', client: 'pi', selector: 'anthropic' },
]

const moved = (text: string, origin: string) => text.replaceAll(/https:\/\/api\.(openai|anthropic)\.com/g, origin)

/** Pastes what is shown; answers the variables that the program is started with. */
async function paste(person: Person, tool: string): Promise<Record<string, string>> {
  const { double, home } = person
  const definition = tools.find(({ id }) => id === tool)
  if (definition === undefined) throw new Error(tool)
  const { connection } = definition
  if (connection.kind === 'variables') {
    const named = connection.variables.flatMap((each) => ('value' in each ? [[each.name, moved(each.value, double.origin)]] : []))
    return Object.fromEntries(named)
  }
  const [file = ''] = definition.settings({ env: {}, home, platform: process.platform })
  const lines = moved(connection.lines, double.origin)
  // In TOML, what belongs to no table comes first.
  const text = tool === 'codex' ? lines.replace('\n\n', `\n${quietCodex}\n`) : lines
  await writeSettings(person, relative(home, file), text)
  // The lines for Claude Code name no address: it has its own.
  return { ANTHROPIC_BASE_URL: double.origin }
}

test.concurrent.for(shown)('$tool works with the lines that are shown for it', ({ tool, client, selector }) =>
  withPerson(async (person) => {
    if (selector === 'anthropic') await addKey(person, selector, 'sk-ant-api03-')
    else await signInTo(person, selector)
    const variables = await paste(person, tool)
    const args = turnOf(client, { model: 'tokentray-anthropic/claude-sonnet-4-5' })
    const ended = await runProgram(client, args, { env: { ...person.env, ...variables }, cwd: person.home })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(ended.stdout.trim()).toBe(answerText(await tokenOf(person.daemon, selector)))
  }),
)

test('pi sends the login of a plan as Anthropic wants it', () =>
  withPerson(async (person) => {
    await signInTo(person, 'anthropic')
    await paste(person, 'pi')
    const args = turnOf('pi', { model: 'tokentray-anthropic/claude-sonnet-4-5' })
    const ended = await runProgram('pi', args, { env: person.env, cwd: person.home })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    const headers = person.double.requests.find(({ path }) => path === turnPaths.messages)?.headers ?? {}
    expect(headers['anthropic-beta']).toContain('oauth-2025-04-20')
    expect(headers['x-api-key']).toBeUndefined()
    expect(headers.authorization).toMatch(/^Bearer sk-ant-oat01-/)
  }))
