// A provider with a plan and an API key: for a program that takes one of them, the selector says which.
import { expect, test } from 'vitest'
import { addKey } from '../daemon/add-key.ts'
import { signIn } from '../daemon/practice-login.ts'
import { type RunningDaemon, withDaemon } from '../daemon/running-daemon.ts'
import { type ProviderDouble, withProviderDouble } from '../providers/double/index.ts'

const withAnthropic = (body: (daemon: RunningDaemon, double: ProviderDouble) => Promise<void>): Promise<void> =>
  withProviderDouble({}, (double) =>
    withDaemon({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
      await signIn(daemon, { provider: 'anthropic', approve: double.approve })
      await body(daemon, double)
      expect(double.faults).toEqual([])
    }),
  )

test.concurrent('the key, the login, and without a word what the chain says', () =>
  withAnthropic(async (daemon, double) => {
    const key = await addKey({ daemon, double }, 'anthropic', 'sk-ant-api03-')
    // What the environment has is no answer to whoever names an account of TokenTray.
    const own = { ANTHROPIC_API_KEY: 'sk-ant-api03-of-the-environment' }
    const token = async (...words: string[]) => (await daemon.cli(['token', ...words], own)).stdout.trim()
    expect(await token('anthropic:key', '--client', 'claude-code')).toBe(key)
    expect(await token('anthropic', '--account', 'key')).toBe(key)
    expect(await token('anthropic:login')).toMatch(/^sk-ant-oat01-/)
    expect(await token('anthropic')).toMatch(/^sk-ant-oat01-/)
    expect(await token('anthropic:key', '--format', 'env')).toContain(`ANTHROPIC_API_KEY=${key}`)
    expect((await token('anthropic:key', '--format', 'header')).split('\n')[0]).toBe(`x-api-key: ${key}`)
    const child = ['--', process.execPath, '-e', 'console.log(process.env.ANTHROPIC_API_KEY)']
    expect((await daemon.cli(['exec', 'anthropic:key', ...child], own)).stdout.trim()).toBe(key)
    expect((await daemon.cli(['why', 'anthropic:key'], own)).stdout).toContain('anthropic: anthropic-')
  }))

test.concurrent('a key that is not there is told with what to do, and no sign-in is opened for it', () =>
  withAnthropic(async (daemon) => {
    for (const words of [['anthropic:key'], ['anthropic:key', '--wait', '1']]) {
      expect(await daemon.cli(['token', ...words])).toEqual({
        code: 7,
        stdout: '',
        stderr: 'tokentray: Anthropic Claude has no API key here. Add one with `tokentray add anthropic`.\n',
      })
    }
    expect((await daemon.status()).logins).toEqual([])
  }))

test.concurrent('a login that is not there can be waited for, and is no label of a new account', () =>
  withProviderDouble({}, (double) =>
    withDaemon({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
      await addKey({ daemon, double }, 'anthropic', 'sk-ant-api03-')
      expect(await daemon.cli(['token', 'anthropic:login'])).toMatchObject({
        code: 4,
        stdout: '',
        stderr: expect.stringContaining('tokentray login anthropic'),
      })
      const told = await daemon.cli(['token', 'anthropic:login', '--wait', '1'])
      expect(told).toMatchObject({ code: 4, stdout: '' })
      expect(told.stderr).toMatch(/tokentray login anthropic[`.]/)
      expect(told.stderr).not.toContain('--label login')
    }),
  ))
