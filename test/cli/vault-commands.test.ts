import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { signIn, tokenOf, withPracticeServer } from '../daemon/practice-login.ts'
import { type Ended, type RunningDaemon, withDaemon, withHome } from '../daemon/running-daemon.ts'
import { secretToolSearch, withKeyring } from '../support/keyring.ts'
import { hasTerminals, type OnTerminal, startOnTerminal } from './terminal.ts'

const passphrase = 'correct horse battery staple'
/** Where nothing listens; no request of these tests goes there. */
const env = { TOKENTRAY_VAULT: 'passphrase', TOKENTRAY_UPSTREAM: 'http://127.0.0.1:9' }

/** Runs a command with this on its standard input. */
function piped(daemon: RunningDaemon, args: readonly string[], text: string): Promise<Ended> {
  const command = daemon.startCli(args)
  command.type(text)
  command.hangUp()
  return command.ended
}

const unlock = (daemon: RunningDaemon, text = `${passphrase}\n`) => piped(daemon, ['unlock', '--stdin'], text)
const stateOf = async (daemon: RunningDaemon) => (await daemon.status()).vault.state

describe('without a broker', () => {
  test.concurrent.for(['lock', 'unlock', 'unlock --stdin', 'vault status', 'vault move --to keychain'])(
    '%s ends with 3 and names the command that starts one',
    async (command) => {
      await withHome({}, async (home) => {
        expect(await home.cli(command.split(' '))).toMatchObject({
          code: 3,
          stdout: '',
          stderr: expect.stringContaining('run `tokentray daemon`'),
        })
      })
    },
  )
})

describe.concurrent('a command for the vault', () => {
  test('that is used wrongly says how, without a word of what was typed too much', async () => {
    await withDaemon(env, async (daemon) => {
      const cases: [string[], RegExp][] = [
        [
          ['unlock'],
          /asked for on a terminal, and there is none here\.\n {2}Run `tokentray unlock` in a terminal, or .*`--stdin`/,
        ],
        [['unlock', 'my-secret'], /too many arguments/],
        [['unlock', '--passphrase', 'my-secret'], /unknown option '--passphrase'/],
        [['lock', 'now'], /too many arguments/],
        [['vault'], /Usage: tokentray vault/],
        [['vault', 'move'], /required option '--to <store>'/],
        [['vault', 'move', '--to', 'memory'], /Allowed choices are keychain, passphrase/],
      ]
      for (const [args, says] of cases) {
        const ended = await daemon.cli(args)
        expect(ended).toMatchObject({ code: 2, stdout: '' })
        expect(ended.stderr).toMatch(says)
        expect(ended.stderr).not.toContain('my-secret')
      }
      expect(await unlock(daemon, '\n')).toMatchObject({ code: 2, stderr: expect.stringContaining('No passphrase was given') })
      expect(await unlock(daemon, `${'x'.repeat(1_025)}\n`)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/too long for a passphrase: it has 1024 characters at most/),
      })
      expect(await unlock(daemon, 'x'.repeat(20_000))).toMatchObject({ code: 2, stderr: expect.stringContaining('too long') })
      expect(await unlock(daemon, 'short\n')).toMatchObject({ code: 2, stderr: expect.stringContaining('8 characters') })
      expect(await stateOf(daemon)).toMatchObject({ kind: 'locked', error: { code: 'passphrase_unset' } })
    })
  })

  test('opens, shows, locks and opens again, and a wrong passphrase is named with the time to wait', async () => {
    await withDaemon(env, async (daemon) => {
      expect(await unlock(daemon)).toMatchObject({
        code: 0,
        stdout: '',
        stderr: expect.stringMatching(/Choose one.*\nThe vault is open\.\n$/s),
      })
      expect(await daemon.cli(['vault', 'status'])).toMatchObject({
        code: 0,
        stdout: 'key:   in a file that your passphrase protects\nstate: open\n',
      })
      expect(await daemon.cli(['unlock'])).toMatchObject({ code: 0, stderr: 'The vault is open.\n' })
      expect(await daemon.cli(['vault', 'move', '--to', 'passphrase'])).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/already\.\n {2}There is nothing to move/),
      })
      expect(await daemon.cli(['lock'])).toMatchObject({
        code: 0,
        stdout: '',
        stderr: expect.stringMatching(/^Locked\. .*`tokentray unlock`/),
      })
      expect(await daemon.cli(['vault', 'status'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^key: .*\nstate: locked\n {7}TokenTray is locked\.\n {7}Run `tokentray unlock`/),
      })
      expect(await unlock(daemon, 'incorrect horse\n')).toMatchObject({
        code: 6,
        stderr: expect.stringMatching(/The passphrase is wrong\. \(next try in 1 s\)\n {2}Try again\./),
      })
      await sleep(1_050)
      // As a file that was written on Windows ends, and as one without an end of line does.
      expect((await unlock(daemon, `${passphrase}\r\n`)).code).toBe(0)
      await daemon.cli(['lock'])
      expect((await unlock(daemon, passphrase)).code).toBe(0)
    })
  })

  test('moves the key of a real keychain behind a passphrase and back', async () => {
    await withKeyring((session) =>
      withPracticeServer({}, (server) =>
        withDaemon({ ...session, TOKENTRAY_VAULT: undefined, TOKENTRAY_UPSTREAM: server.issuer }, async (daemon) => {
          await signIn(daemon)
          const token = await tokenOf(daemon)
          const items = async () => (await secretToolSearch({ service: 'TokenTray' }, session)).length
          expect(await daemon.cli(['vault', 'status'])).toMatchObject({
            stdout: 'key:   in the keychain of your system\nstate: open\n',
          })
          expect(await daemon.cli(['vault', 'move', '--to', 'passphrase', '--dry-run'])).toMatchObject({
            code: 0,
            stderr:
              'The key of 1 login would be moved from the keychain of your system to a file that your passphrase protects.\n',
          })
          expect(await daemon.cli(['vault', 'move', '--to', 'passphrase'])).toMatchObject({
            code: 2,
            stderr: expect.stringContaining('--stdin'),
          })
          expect(await items()).toBe(1)
          const there = await piped(daemon, ['vault', 'move', '--to', 'passphrase', '--stdin'], `${passphrase}\n`)
          expect(there).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('was moved from the keychain') })
          expect(await items()).toBe(0)
          await daemon.cli(['lock'])
          expect((await unlock(daemon)).code).toBe(0)
          expect(await daemon.cli(['vault', 'move', '--to', 'keychain'])).toMatchObject({ code: 0 })
          expect(await items()).toBe(1)
          expect(await tokenOf(daemon)).toBe(token)
        }),
      ),
    )
  })
})

describe.skipIf(!hasTerminals()).concurrent('on a terminal', () => {
  /** `tokentray unlock` in front of a person. */
  async function atPrompt(daemon: RunningDaemon, body: (terminal: OnTerminal) => Promise<void>): Promise<void> {
    const terminal = startOnTerminal(['unlock'], daemon.env)
    await terminal.until(/assphrase: $/)
    await body(terminal)
    expect(terminal.shown()).not.toContain(passphrase)
    expect(terminal.shown()).not.toContain('mistype')
  }

  test('the passphrase is asked for twice the first time, then once, and is never shown', async () => {
    await withDaemon(env, async (daemon) => {
      await atPrompt(daemon, async (terminal) => {
        terminal.type(`mistype\u0015${passphrase}!\u007f\r`)
        await terminal.until(/The same again: $/)
        terminal.type(`${passphrase}\r`)
        expect(await terminal.ended).toBe(0)
        expect(terminal.shown()).toContain('The vault is open.')
      })
      await daemon.cli(['lock'])
      await atPrompt(daemon, async (terminal) => {
        terminal.type(`${passphrase}\r`)
        expect(await terminal.ended).toBe(0)
        expect(terminal.shown()).not.toContain('again')
      })
    })
  })

  test('two that differ set nothing', async () => {
    await withDaemon(env, async (daemon) => {
      await atPrompt(daemon, async (terminal) => {
        // Both lines at once, as a program that types does.
        terminal.type(`${passphrase}\rmistype mistype\r`)
        expect(await terminal.ended).toBe(2)
        expect(terminal.shown()).toContain('not the same')
      })
      expect(await stateOf(daemon)).toMatchObject({ error: { code: 'passphrase_unset' } })
    })
  })

  test.for([
    ['Ctrl-C', '\u0003', 130],
    ['Ctrl-D', '\u0004', 2],
    ['Enter', '\r\r', 2],
  ] as const)('%s at the prompt ends the command and changes nothing', async ([, key, code]) => {
    await withDaemon(env, async (daemon) => {
      await atPrompt(daemon, async (terminal) => {
        terminal.type(key)
        expect(await terminal.ended).toBe(code)
        expect(terminal.shown()).not.toMatch(/unexpected fault|\bat .*\.js:\d+/)
      })
      expect(await stateOf(daemon)).toMatchObject({ error: { code: 'passphrase_unset' } })
    })
  })
})
