import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flightOf } from '../../src/cli/preflight.ts'
import type { AccountStatus, UsageWindow } from '../../src/protocol/index.ts'
import { signIn } from '../daemon/practice-login.ts'
import { withDaemon } from '../daemon/running-daemon.ts'
import { active, backingOff, codex, ended, lockedOut, noon, refreshing, signedOut } from '../renderer/support/snapshots.ts'

const hour = 3_600
const flight = (row: AccountStatus, windows: readonly UsageWindow[] = [], length = 8 * hour) =>
  flightOf(
    {
      selector: 'openai-codex',
      row,
      usage: { account: row.id, provider: row.provider, windows: [...windows], stale: false, fetched_at: noon },
    },
    noon,
    noon + length,
  )
const limit = (used: number, resetsIn: number, name = '5 hours'): UsageWindow => ({
  name,
  used_percent: used,
  resets_at: noon + resetsIn,
})

describe('an account lasts', () => {
  test.each([
    ['when its token is over soon and its login is not', codex(active, { signed_in_until: noon + 20 * hour })],
    ['while it is refreshed', codex(refreshing)],
    ['when nobody says how long', codex(active)],
    ['when it is a key without an end', codex({ kind: 'active' }, { kind: 'api_key' })],
  ])('%s', (_, row) => {
    const { code, ...rest } = flight(row)
    expect(rest).toMatchObject({ verdict: 'lasts', account: 'openai-codex' })
    expect(code).toBeUndefined()
  })

  test('when a limit is used evenly, has just begun or begins anew before', () => {
    expect(flight(codex(active), [limit(50, 2.5 * hour)])).toMatchObject({ verdict: 'lasts' })
    expect(flight(codex(active), [limit(9, 4.9 * hour)])).toMatchObject({ verdict: 'lasts' })
    expect(flight(codex(active), [limit(100, -60)])).toMatchObject({ verdict: 'lasts' })
    expect(flight(codex(active), [limit(99, 0.01 * hour, 'opus')])).toMatchObject({ verdict: 'lasts' })
  })
})

describe('an account does not last', () => {
  test.each([
    ['nobody is signed in', codex(signedOut), 'login_required'],
    ['its login has ended', codex(ended), 'reauthorization_required'],
    ['its login ends before', codex(active, { signed_in_until: noon + 2 * hour }), 'reauthorization_required'],
    ['its setup token ends before', codex(active, { kind: 'setup_token' }), 'reauthorization_required'],
    ['it is switched off', codex(active, { disabled: true }), 'account_disabled'],
    ['the provider cannot be reached', codex(backingOff), 'temporarily_unavailable'],
    ['the vault is shut', codex(lockedOut), 'temporarily_unavailable'],
  ])('when %s', (_, row, code) => {
    expect(flight(row)).toMatchObject({ verdict: 'ends', code, reason: expect.stringMatching(/\w/) })
  })

  test('names what ends first', () => {
    const row = codex(active, { signed_in_until: noon + 6 * hour })
    const flights = [
      flight(row, [limit(100, hour)]),
      flight(row, [limit(90, hour)]),
      flight(codex(active), [limit(90, 2.5 * hour), limit(30, 60 * hour, 'week')]),
    ]
    expect(flights.map(({ reason, verdict }) => `${verdict}: ${reason}`)).toEqual([
      'ends: the limit "5 hours" is used up, and begins anew in 60 min',
      'ends: the login ends in 6 h',
      'risk: the limit "5 hours" is used to 90 %, and at this pace used up in 17 min, and begins anew in 3 h',
    ])
  })
})

test('whatever a provider says of a limit, an end that is told lies between now and the end of the run', () => {
  const windows = fc.record({
    name: fc.constantFrom('5 hours', 'week', 'week, opus', '30 minutes', '1 day', 'fable'),
    used_percent: fc.double({ min: -10, max: 400, noNaN: true }),
    resets_at: fc.option(fc.integer({ min: noon - 1_000, max: noon + 700_000 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(fc.array(windows, { maxLength: 4 }), (all) => {
      const given = all.map(({ resets_at: at, ...rest }) => (at === undefined ? rest : { ...rest, resets_at: at }))
      const { at, reason } = flight(codex(active), given)
      expect(reason).not.toMatch(/NaN|undefined|Infinity/)
      if (at !== undefined) expect(at >= noon && at <= noon + 8 * hour).toBe(true)
    }),
  )
})

test('the command answers for what tools would get, and its code says what is wrong', () =>
  withDaemon({}, async (daemon) => {
    expect(await daemon.cli(['preflight'])).toMatchObject({ code: 4, stderr: expect.stringContaining('tokentray login') })
    await signIn(daemon)
    expect(await daemon.cli(['preflight', '--for', '1h'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/practice\S* +yes .*\nAll of it lasts for 60 min\.\n/),
    })
    const both = await daemon.cli(['preflight', 'practice', 'codex', '--json'])
    expect(both.code).toBe(4)
    expect(JSON.parse(both.stdout)).toMatchObject([
      { account: 'practice', verdict: 'lasts' },
      { account: 'codex', verdict: 'ends', code: 'login_required' },
    ])
    await daemon.cli(['disable', 'practice'])
    expect((await daemon.cli(['preflight', 'practice'])).code).toBe(10)
    expect(await daemon.cli(['preflight', 'nobody'])).toMatchObject({ code: 7 })
    expect(await daemon.cli(['preflight', '--for', 'long'])).toMatchObject({ code: 2, stderr: expect.stringContaining('30m') })
  }))
