import { describe, expect, expectTypeOf, test } from 'vitest'
import { type Asks, asks } from '../../src/ipc/asks.ts'
import { type Answers, type Channel, channels, type Events } from '../../src/ipc/channels.ts'
import { labelPattern } from '../../src/ipc/label.ts'
import type { GivenBack, MovedHere } from '../../src/ipc/moved-here.ts'
import type { LoginMoved, Radar } from '../../src/ipc/radar.ts'
import { selectorName } from '../../src/protocol/index.ts'

/** Every member name that occurs anywhere in a type. */
type Names<Value> = Value extends readonly (infer Item)[]
  ? Names<Item>
  : Value extends object
    ? { [Key in keyof Value]-?: (Key & string) | Names<Value[Key]> }[keyof Value]
    : never

/** What would be a secret under its wire name or in our own spelling. */
type SecretName =
  | 'access_token'
  | 'refresh_token'
  | 'id_token'
  | 'token'
  | 'tokens'
  | 'code_verifier'
  | 'authorization_url'
  | 'authorizationUrl'
  | 'accessToken'
  | 'refreshToken'
  | 'idToken'
  | 'secret'
  | 'grant'
  | 'headers'
  | 'url'

describe('the contract with the window', () => {
  test('P1: no answer and no event names a secret or an authorization URL', () => {
    expectTypeOf<Extract<Names<Answers>, SecretName>>().toEqualTypeOf<never>()
    expectTypeOf<Extract<Names<Events>, SecretName>>().toEqualTypeOf<never>()
    // The test would find one: the names do reach into the rows of the snapshot.
    expectTypeOf<Extract<Names<Events>, 'redirect_port' | 'email'>>().toEqualTypeOf<'redirect_port' | 'email'>()
  })

  test('the only thing of a login that the window sends is what the person pasted', () => {
    expectTypeOf<Extract<Names<Asks>, SecretName>>().toEqualTypeOf<never>()
    expectTypeOf<Names<Asks['login:paste']>>().toEqualTypeOf<'login' | 'pasted'>()
  })

  test('P1: a passphrase is in the asks that need one, and in no answer and no event', () => {
    type Carrying = { [Name in keyof Asks]: 'passphrase' extends Names<Asks[Name]> ? Name : never }[keyof Asks]
    expectTypeOf<Carrying>().toEqualTypeOf<'vault:unlock' | 'vault:move'>()
    // `passphrase` is also the name of a key store, which is a value and no member.
    expectTypeOf<Extract<Names<Answers | Events>, 'passphrase'>>().toEqualTypeOf<never>()
  })

  test('P1: a key is in one ask, and in no answer and no event', () => {
    type Carrying = { [Name in keyof Asks]: 'key' extends Names<Asks[Name]> ? Name : never }[keyof Asks]
    expectTypeOf<Carrying>().toEqualTypeOf<'account:add-key'>()
    expectTypeOf<Extract<Names<Answers | Events>, 'key'>>().toEqualTypeOf<never>()
  })

  test('P1: a token is copied without an answer, so that only main has it', () => {
    expectTypeOf<Answers['account:copy-token']>().toEqualTypeOf<undefined>()
    expectTypeOf<Names<Asks['account:copy-token']>>().toEqualTypeOf<'account'>()
  })

  test('P1: the window is not told where the socket of a share is', () => {
    expectTypeOf<Extract<Names<Answers['shares:get' | 'share:end']>, 'socket'>>().toEqualTypeOf<never>()
  })

  test('P1: of a foreign file the window is told what changes, and never what is in it', () => {
    type Told = Names<Answers['tool:plan' | 'tool:connect' | 'tool:plan-disconnect' | 'tool:disconnect']>
    expectTypeOf<Extract<Told, 'before' | 'after' | 'content' | 'undo' | 'previous' | 'change'>>().toEqualTypeOf<never>()
    expectTypeOf<Extract<Told, 'lines' | 'hidden'>>().toEqualTypeOf<'lines' | 'hidden'>()
  })

  test('P1: of the logins of other programs the window is told whose they are, and nothing that they are made of', () => {
    type Told = Names<Answers['radar:get' | 'radar:allow' | 'radar:ignore' | 'radar:move' | 'moved:get' | 'moved:give-back']>
    expectTypeOf<Told>().toExtend<
      | keyof Radar
      | keyof LoginMoved
      | keyof MovedHere
      | keyof GivenBack
      | ('finding' | 'provider' | 'holders' | 'account' | 'program' | 'file' | 'files' | 'canMove' | 'signIn')
    >()
  })

  test('the window has the same rule for a label as the protocol', () => {
    expect(String(labelPattern)).toBe(String(selectorName))
  })

  test('every channel has a validator, an answer and a name at run time', () => {
    expectTypeOf<keyof Asks>().toEqualTypeOf<keyof Answers>()
    expect([...channels].sort()).toEqual(Object.keys(asks).sort())
  })
})

describe('the validators refuse', () => {
  test.each<[Channel, unknown]>([
    ['login:start', undefined],
    ['login:start', 'practice'],
    ['login:start', { account: '' }],
    ['login:start', { account: 7 }],
    ['login:start', { account: 'practice', redirect_host: 'evil.example' }],
    ['login:start', { account: 'practice', flow: 'telepathy' }],
    ['login:start', { account: 'practice', label: 'two words' }],
    ['provider:open', { provider: 'anthropic', page: 'https://evil.example' }],
    ['provider:open', { provider: 'anthropic' }],
    ['login:copy-code', {}],
    ['login:decide', { login: 'login-1', decision: 'keep' }],
    ['account:add-key', { account: 'practice', key: '' }],
    ['account:add-key', { account: 'practice', key: 'x'.repeat(8193) }],
    ['account:add-key', { account: 'practice', key: 'x', kind: 'password' }],
    ['account:check', { account: 'practice-1', timeout: 1 }],
    ['login:cancel', { login: 'x'.repeat(161) }],
    ['login:paste', { login: 'login-1', pasted: '' }],
    ['login:paste', { login: 'login-1', pasted: 'x'.repeat(8193) }],
    ['account:set-disabled', { account: 'practice-1' }],
    ['account:set-disabled', { account: 'practice-1', disabled: 'yes' }],
    ['approval:decide', { approval: 'approval-1', decision: 'forever' }],
    ['approval:decide', { decision: 'once' }],
    ['vault:lock', {}],
    ['vault:unlock', undefined],
    ['vault:unlock', { passphrase: '' }],
    ['vault:unlock', { passphrase: 'x'.repeat(1025) }],
    ['vault:unlock', { passphrase: 'x', store: 'memory' }],
    ['window:fit', { height: -1 }],
    ['window:fit', { height: 1.5 }],
    ['window:fit', { height: Number.POSITIVE_INFINITY }],
    ['settings:change', { windowBounds: {} }],
    ['settings:change', { quietHours: { on: true, from: 0, to: 1440 } }],
    ['settings:change', { usageThresholds: [{ window: 'week', percents: [0] }] }],
    ['account:set-label', { account: 'practice-1', label: 'two words' }],
    ['share:end', { id: '0a1b2c3d4e5f' }],
    ['tool:plan', { tool: 'codex', account: '' }],
    ['tool:plan', { tool: 'codex', model: 'x' }],
    ['tool:connect', { tool: 'codex', path: '/etc/passwd' }],
    ['tool:connect', { tool: 'codex', follow: 'yes' }],
    ['tool:disconnect', { tool: 'codex', all: true }],
    ['tool:plan-disconnect', {}],
    ['radar:allow', { program: 'codex' }],
    ['radar:allow', { program: 'codex', allowed: true, file: '/etc/passwd' }],
    ['radar:ignore', { finding: 'aa' }],
    ['radar:ignore', { finding: '../../etc/passwd' }],
    ['radar:move', { finding: 'a'.repeat(64), accept: 'yes' }],
    ['radar:move', { finding: 'a'.repeat(64), file: '/etc/passwd' }],
    ['moved:give-back', { account: 'openai-codex-1' }],
    ['moved:give-back', { account: 'openai-codex-1', program: '../../etc' }],
    ['vault:move', { to: 'memory' }],
    ['app:quit', { now: true }],
    ['view:get', null],
  ])('%s with %j', (channel, value) => {
    expect(asks[channel].safeParse(value).success).toBe(false)
  })

  test('nothing of what the window really sends', () => {
    const sent: Asks = {
      'view:get': undefined,
      'intent:take': undefined,
      'providers:get': undefined,
      'provider:open': { provider: 'anthropic', page: 'rules' },
      'login:start': { account: 'practice', flow: 'device', another: true, label: 'work', accept: true },
      'login:open-again': { login: 'login-1' },
      'login:copy-link': { login: 'login-1' },
      'login:copy-code': { login: 'login-1' },
      'login:decide': { login: 'login-1', decision: 'add' },
      'account:add-key': { account: 'practice', key: 'sk-test', kind: 'api_key', label: 'work' },
      'account:check': { account: 'practice-1' },
      'account:copy-token': { account: 'practice-1' },
      'account:refresh': { account: 'practice-1' },
      'account:set-label': { account: 'practice-1', label: null },
      'rules:get': undefined,
      'rule:remove': { client: 'codex' },
      'activity:get': undefined,
      'usage:look': undefined,
      'tools:get': undefined,
      'token-files:get': undefined,
      'shares:get': undefined,
      'share:end': { share: '0a1b2c3d4e5f' },
      'tool:plan': { tool: 'codex' },
      'tool:connect': { tool: 'codex', account: 'openai-codex:work', follow: true },
      'tool:plan-disconnect': { tool: 'codex' },
      'tool:disconnect': { tool: 'codex' },
      'radar:get': undefined,
      'radar:allow': { program: 'codex', allowed: true },
      'radar:ignore': { finding: 'a'.repeat(64) },
      'radar:move': { finding: 'a'.repeat(64), accept: true },
      'moved:get': undefined,
      'moved:give-back': { account: 'openai-codex-1', program: 'codex' },
      'settings:get': undefined,
      'settings:change': {
        language: 'ar',
        quietHours: { on: true, from: 1320, to: 420 },
        usageThresholds: [{ window: '5 hours', percents: [80] }],
        startAtLogin: true,
      },
      'settings:reset': undefined,
      'welcome:done': undefined,
      'vault:move': { to: 'passphrase', passphrase: 'correct horse' },
      'login:cancel': { login: 'login-1' },
      'login:paste': { login: 'login-1', pasted: 'http://127.0.0.1:1455/auth/callback?code=a&state=b' },
      'account:sign-out': { account: 'practice-1' },
      'account:set-disabled': { account: 'practice-1', disabled: true },
      'approval:decide': { approval: 'approval-1', decision: 'once' },
      'vault:lock': undefined,
      'vault:unlock': { passphrase: 'correct horse' },
      'broker:wake': undefined,
      'window:fit': { height: 300 },
      'window:close': undefined,
      'app:quit': undefined,
    }
    expect(asks['vault:unlock'].safeParse({}).success).toBe(true)
    for (const channel of channels) expect(asks[channel].safeParse(sent[channel]).success, channel).toBe(true)
  })
})
