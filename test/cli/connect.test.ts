// Connecting a tool as a person does it, with the mistakes that people make: the real command, the real daemon, the providers' servers.
import { existsSync, watch } from 'node:fs'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { addKey } from '../daemon/add-key.ts'
import { signIn } from '../daemon/practice-login.ts'
import { program, type RunningDaemon, until, withHome } from '../daemon/running-daemon.ts'
import { type ProviderDouble, startProviderDouble } from '../providers/double/index.ts'
import { hasTerminals, startOnTerminal } from './terminal.ts'

interface Scene {
  readonly daemon: RunningDaemon
  readonly double: ProviderDouble
  readonly cli: RunningDaemon['cli']
  readonly path: string
}

/** A broker that nobody has signed in to, and `tokentray` on the PATH. */
async function withScene(body: (scene: Scene) => Promise<void>): Promise<void> {
  const double = await startProviderDouble()
  try {
    await withHome({ TOKENTRAY_UPSTREAM: double.origin, TOKENTRAY_REFRESH: 'ondemand' }, async (daemon) => {
      await daemon.start()
      const commands = join(daemon.home, 'commands')
      await mkdir(commands)
      await symlink(program, join(commands, 'tokentray'))
      const path = `${commands}:${process.env.PATH}`
      await body({ daemon, double, path, cli: (args, env) => daemon.cli(args, { PATH: path, ...env }) })
      for (const secret of double.secrets) expect(daemon.said).not.toContain(secret)
    })
    expect(double.faults).toEqual([])
  } finally {
    await double.close()
  }
}

async function put({ daemon }: Scene, name: string, text: string, mode = 0o600): Promise<string> {
  const file = join(daemon.home, name)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  await chmod(file, mode)
  return file
}

const read = ({ daemon }: Scene, name: string) => readFile(join(daemon.home, name), 'utf8').catch(() => undefined)

const signInTo = ({ daemon, double }: Scene, provider: string) => signIn(daemon, { provider, approve: double.approve })

describe('tokentray connect', () => {
  test('says what is missing, and changes nothing', () =>
    withScene(async (scene) => {
      const { cli, daemon } = scene
      const file = await put(scene, '.codex/config.toml', 'model = "gpt-5"\n')
      const cases: readonly (readonly [string[], number, RegExp])[] = [
        [
          ['connect', 'codex'],
          4,
          /Codex can use a login of openai-codex or chatgpt, and there is none\.\n {2}Run `tokentray login openai-codex`/,
        ],
        [['connect', 'codex', '--account', 'openai-codex'], 4, /tokentray login openai-codex/],
        [['connect', 'codex', '--account', 'nobody'], 7, /nobody/],
        [['connect', 'codex', '--account', 'a:b:c'], 2, /selector/],
        [['connect', 'cursor'], 7, /knows no tool "cursor"\.\n {2}Known: codex, .*tokentray exec/],
        [['disconnect'], 2, /not said which tool/],
        [['disconnect', 'codex'], 7, /was not connected by `tokentray connect`/],
        [['disconnect', 'cursor'], 7, /knows no tool/],
      ]
      for (const [words, code, says] of cases) {
        const ended = await cli(words)
        expect([words, ended.code]).toEqual([words, code])
        expect(ended.stderr).toMatch(says)
        expect(ended.stdout).toBe('')
      }
      expect(await cli(['disconnect', '--all'])).toMatchObject({ code: 0, stderr: 'No tool is connected.\n' })
      expect(await readFile(file, 'utf8')).toBe('model = "gpt-5"\n')
      await daemon.stop()
      expect(await cli(['connect', 'codex'])).toMatchObject({ code: 3 })
      expect((await cli(['connect', '--list'])).stdout).toMatch(/^codex +not connected/)
    }))

  test('shows the change first, makes it, says so, and takes it back', () =>
    withScene(async (scene) => {
      const { cli } = scene
      await signInTo(scene, 'openai-codex')
      const before = '# mine\nmodel = "gpt-5"\n'
      const file = await put(scene, '.codex/config.toml', before)
      const dry = await cli(['connect', 'codex', '--dry-run'])
      expect(dry).toMatchObject({ code: 0, stderr: 'Nothing was changed.\n' })
      expect(dry.stdout).toMatch(/^--- ~\/\.codex\/config\.toml\n\+\+\+ .*\n@@/)
      expect(dry.stdout).toContain('+model_provider = "tokentray"\n # mine\n')
      expect(await readFile(file, 'utf8')).toBe(before)

      const made = await cli(['connect', 'codex'])
      expect(made).toMatchObject({ code: 0, stdout: '' })
      expect(made.stderr).toMatch(/\nNote: TOKENTRAY_HOME is set in this shell\./)
      expect(made.stderr).toMatch(
        /^Connected: Codex takes its token from TokenTray \(openai-codex:login\)\.\n {2}changed: ~\/\.codex\/config\.toml\n/,
      )
      const text = await readFile(file, 'utf8')
      expect(text).toContain('args = ["token", "openai-codex:login", "--client", "codex"]')
      expect(text).toMatch(/base_url = "http:\/\/127\.0\.0\.1:\d+\/backend-api\/codex"/)
      expect(text).toMatch(/ChatGPT-Account-Id/)
      expect((await cli(['connect', '--list'])).stdout).toMatch(
        /^codex +connected +openai-codex:login +~\/\.codex\/config\.toml\n/,
      )

      expect((await cli(['connect', 'codex', '--dry-run'])).stdout).toMatch(/^Codex is connected in this way already\.\n/)
      expect((await cli(['connect', 'codex'])).code).toBe(0)
      expect(await readFile(file, 'utf8')).toBe(text)
      expect((await cli(['disconnect', 'codex', '--dry-run'])).stdout).toContain('-model_provider = "tokentray"\n')
      expect(await cli(['disconnect', 'codex'])).toMatchObject({
        code: 0,
        stderr: 'Disconnected: Codex.\n  ~/.codex/config.toml is as it was before.\n',
      })
      expect(await readFile(file, 'utf8')).toBe(before)
    }))

  test('keeps to a login although a key comes after it in the chain, because the key is for another address', () =>
    withScene(async (scene) => {
      const { cli } = scene
      await addKey(scene, 'openai-codex', 'sk-')
      const account = await signInTo(scene, 'openai-codex')
      expect((await cli(['connect', 'codex'])).code).toBe(0)
      expect((await cli(['logout', account])).code).toBe(0)
      const asked = await cli(['token', 'openai-codex:login', '--client', 'codex'])
      expect(asked).toMatchObject({ code: 4, stdout: '' })
      expect((await cli(['token', 'openai-codex', '--client', 'codex'])).code).toBe(0)
    }))

  test('gives Claude Code a plan by its own file, and leaves a login of its own alone', () =>
    withScene(async (scene) => {
      const { cli } = scene
      await signInTo(scene, 'anthropic')
      const own = JSON.stringify({ claudeAiOauth: { accessToken: 'a', refreshToken: 'sk-ant-ort01-mine' } })
      await put(scene, '.claude/.credentials.json', own)
      const settings = '{"apiKeyHelper":"mine","model":"opus"}'
      await put(scene, '.claude/settings.json', settings)
      const refused = await cli(['connect', 'claude-code'])
      expect(refused.code).toBe(2)
      expect(refused.stderr).toMatch(/has a login of its own in .*\n {2}Move it here with `tokentray import claude-code --move`/)
      expect(await read(scene, '.claude/.credentials.json')).toBe(own)
      expect(await read(scene, '.claude/settings.json')).toBe(settings)
      expect((await cli(['connect', '--list'])).stdout).toMatch(/claude-code +not connected/)

      await put(scene, '.claude/.credentials.json', '{"mcpOAuth":{"x":1}}')
      expect((await cli(['connect', 'claude-code', '--dry-run'])).stdout).toMatch(
        /keeps a fresh token for Claude Code in ~\/\.claude\/\.credentials\.json/,
      )
      expect((await cli(['connect', 'claude-code'])).code).toBe(0)
      expect(JSON.parse((await read(scene, '.claude/.credentials.json')) ?? '')).toMatchObject({
        mcpOAuth: { x: 1 },
        claudeAiOauth: { refreshToken: null },
      })
      // The helper would go before the file.
      expect(JSON.parse((await read(scene, '.claude/settings.json')) ?? '')).not.toHaveProperty('apiKeyHelper')
      expect((await cli(['disconnect', '--all'])).code).toBe(0)
      expect(await read(scene, '.claude/settings.json')).toBe(settings)
      expect(JSON.parse((await read(scene, '.claude/.credentials.json')) ?? '')).toEqual({ mcpOAuth: { x: 1 } })
    }))

  test('without the broker, a token in a file is not left behind unsaid', () =>
    withScene(async (scene) => {
      const { cli, daemon } = scene
      await signInTo(scene, 'anthropic')
      expect((await cli(['connect', 'claude-code'])).code).toBe(0)
      await daemon.stop()
      expect(await cli(['disconnect', 'claude-code'])).toMatchObject({ code: 3 })
      expect((await cli(['connect', '--list'])).stdout).toMatch(/claude-code +connected/)
      await daemon.start()
      expect((await cli(['disconnect', 'claude-code'])).code).toBe(0)
      expect(await read(scene, '.claude/.credentials.json')).toBeUndefined()
    }))

  test('refuses a login that a tool cannot use, and finds one that it can', () =>
    withScene(async (scene) => {
      const { cli } = scene
      await signInTo(scene, 'openai-codex')
      const refused = await cli(['connect', 'copilot'])
      expect(refused.code).toBe(2)
      expect(refused.stderr).toMatch(/cannot use the plan of openai-codex/)
      await addKey(scene, 'anthropic', 'sk-ant-api03-')
      expect((await cli(['connect', 'copilot'])).code).toBe(0)
      expect(await read(scene, '.profile')).toContain('export COPILOT_PROVIDER_TYPE="anthropic"')
      expect((await cli(['disconnect', 'github-copilot-cli'])).code).toBe(0)
      expect(await read(scene, '.profile')).toBeUndefined()
    }))

  test('gives pi every login that it can use', () =>
    withScene(async (scene) => {
      const { cli } = scene
      await signInTo(scene, 'openai-codex')
      await addKey(scene, 'anthropic', 'sk-ant-api03-')
      expect((await cli(['connect', 'pi'])).code).toBe(0)
      expect(JSON.parse((await read(scene, '.pi/agent/models.json')) ?? '')).toMatchObject({
        providers: {
          'openai-codex': { apiKey: '!tokentray token openai-codex:login --client pi' },
          anthropic: { apiKey: '!tokentray token anthropic:key --client pi' },
        },
      })
    }))

  test('names the whole way to this program where `tokentray` is no command, and the vault', () =>
    withScene(async (scene) => {
      const { daemon, cli } = scene
      expect((await cli(['vault', 'create', 'work'])).code).toBe(0)
      await addKey(scene, 'openai-codex', 'sk-')
      expect((await daemon.cli(['connect', 'codex'], { PATH: '/usr/bin:/bin' })).code).toBe(0)
      const text = await read(scene, '.codex/config.toml')
      expect(text).toContain(`command = ${JSON.stringify(process.execPath)}`)
      expect(text).toMatch(/args = \["[^"]+tokentray\.js", "token"/)
      expect((await cli(['--vault', 'work', 'connect', 'codex'])).code).toBe(4)
    }))

  // Each has a folder of its own, so that all of them run at once; the lock of one that was killed is waited for.
  test('killed at any moment, the settings can be put back', () =>
    withScene(async (scene) => {
      const { daemon, cli } = scene
      await addKey(scene, 'openai-codex', 'sk-')
      const before = '# mine\nmodel = "gpt-5"\n'
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, async (_, place) => {
          const name = `person-${place}`
          const file = await put(scene, `${name}/.codex/config.toml`, before)
          const env = {
            HOME: join(daemon.home, name),
            TOKENTRAY_HOME: join(daemon.home, name, 'tt'),
            TOKENTRAY_SOCKET: daemon.socket,
          }
          const connecting = daemon.startCli(['connect', 'codex'], env)
          // Half of them just when the file is changed, the others from the first look at their files on.
          const watcher = watch(dirname(file), (_, name) => {
            if (place % 2 === 0 && name === 'config.toml') connecting.signal('SIGKILL')
          })
          await until('its own folder', () => existsSync(env.TOKENTRAY_HOME))
          if (place % 2 !== 0) {
            await sleep(place * 4)
            connecting.signal('SIGKILL')
          }
          await connecting.ended
          watcher.close()
          const changed = (await readFile(file, 'utf8')) !== before
          const ended = await cli(['disconnect', '--all'], env)
          expect(ended.code, ended.stderr).toBe(0)
          expect(await readFile(file, 'utf8')).toBe(before)
          return changed
        }),
      )
      expect(outcomes).toContain(true)
    }))

  test.skipIf(!hasTerminals())('on a terminal it asks, and a no changes nothing', () =>
    withScene(async (scene) => {
      const { daemon, path } = scene
      await addKey(scene, 'openai-codex', 'sk-')
      const start = () => startOnTerminal(['connect', 'codex'], { ...daemon.env, PATH: path })
      const first = start()
      await first.until(/Connect Codex in this way\? \[y\/N\]/)
      expect(first.shown()).toContain('+model_provider = "tokentray"')
      first.type('\n')
      expect(await first.ended).toBe(0)
      expect(await read(scene, '.codex/config.toml')).toBeUndefined()
      const second = start()
      await second.until(/\[y\/N\]/)
      second.type('y\n')
      expect(await second.ended).toBe(0)
      expect(await read(scene, '.codex/config.toml')).toContain('tokentray')
    }),
  )
})
