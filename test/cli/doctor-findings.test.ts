import { describe, expect, test } from 'vitest'
import {
  accountFindings,
  brokerFinding,
  certificateFindings,
  clockFinding,
  portFindings,
  proxyFinding,
  serverFindings,
  vaultFinding,
} from '../../src/cli/doctor-findings.ts'
import { doctorText } from '../../src/cli/doctor-text.ts'
import { advice, ok, problem } from '../../src/cli/finding.ts'
import {
  active,
  backingOff,
  codex,
  ended,
  locked,
  lockedOut,
  noon,
  practice,
  signedOut,
  snapshotOf,
} from '../renderer/support/snapshots.ts'

const verdicts = (findings: readonly { readonly verdict: string }[]) => findings.map(({ verdict }) => verdict)

describe('the broker and its vault', () => {
  const health = { name: 'tokentray', api: 'v1', host: 'daemon', pid: 7, home: '/x', started_at: noon - 60 } as const

  test('a broker of another version is told', () => {
    expect(brokerFinding({ ...health, version: '1.2.3' }, '1.2.3', noon)).toMatchObject({ verdict: 'ok' })
    const other = brokerFinding({ ...health, version: '1.2.3' }, '1.3.0', noon)
    expect(other).toMatchObject({ verdict: 'advice', what: expect.stringMatching(/1\.2\.3.*1\.3\.0/) })
  })

  test('a vault that is shut is a problem with the fix of the broker', () => {
    expect(vaultFinding({ store: 'keychain', state: { kind: 'ready' } })).toMatchObject({ verdict: 'ok' })
    expect(vaultFinding({ store: 'memory', state: { kind: 'ready' } })).toMatchObject({ verdict: 'advice' })
    for (const kind of ['locked', 'absent', 'broken'] as const) {
      const error = { code: kind, description: 'It is shut.', fix: 'Open it.' }
      expect(vaultFinding({ store: 'keychain', state: { kind, error } })).toMatchObject({ verdict: 'problem', fix: 'Open it.' })
    }
  })
})

describe('the accounts', () => {
  test('those that need nothing are counted, the others are named', () => {
    const findings = accountFindings(snapshotOf([codex(active), practice(ended, { id: 'practice-1', label: 'work' })]), noon)
    expect(findings).toEqual([
      expect.objectContaining({ verdict: 'ok', what: '1 of 2 need nothing.' }),
      expect.objectContaining({ topic: 'practice:work', verdict: 'problem', fix: 'Run `tokentray login practice:work`.' }),
    ])
  })

  test('a provider without an account is no account', () => {
    const row = practice(signedOut, { id: 'practice' })
    expect(accountFindings(snapshotOf([row]), noon)).toEqual([expect.objectContaining({ verdict: 'advice' })])
  })

  test('a refresh that fails is a problem once the token is over, and a shut vault at once', () => {
    const until = (expires_at: number) => ({ ...backingOff, expires_at })
    expect(verdicts(accountFindings(snapshotOf([codex(until(noon + 60))]), noon))).toEqual(['ok', 'advice'])
    expect(verdicts(accountFindings(snapshotOf([codex(until(noon - 60))]), noon))).toEqual(['ok', 'problem'])
    expect(verdicts(accountFindings(snapshotOf([codex(lockedOut)], { vault: locked }), noon))).toEqual(['ok', 'problem'])
  })
})

describe('the computer', () => {
  test('one port that is held leaves the other one, and two leave none', () => {
    const held = { port: 1455, state: 'held', holder: 'codex (pid 9)' } as const
    const one = portFindings([held, { port: 1457, state: 'free' }])
    expect(one[0]).toMatchObject({ verdict: 'advice', what: 'Held by codex (pid 9).', fix: 'A sign-in takes the next port.' })
    const both = portFindings([held, { port: 1457, state: 'unusable', reason: 'EACCES' }])
    expect(both.map(({ fix }) => fix)).toEqual([expect.stringContaining('--device'), expect.stringContaining('--device')])
    expect(verdicts(portFindings([{ port: 1455, state: 'waiting' }]))).toEqual(['ok'])
  })

  test.each([
    [0, 'ok'],
    [29, 'ok'],
    [-31, 'advice'],
    [299, 'advice'],
    [-300, 'problem'],
    [86_400, 'problem'],
  ])('a clock that is ahead by %i s: %s', (ahead, verdict) => {
    const finding = clockFinding({ host: 'id.example', ahead, at: noon - 5 }, false, noon)
    expect(finding.verdict).toBe(verdict)
    if (verdict !== 'ok') expect(finding.what).toContain(ahead > 0 ? 'ahead' : 'behind')
  })

  test('a proxy that the shell has and the broker has not', () => {
    const nothing = { redirect_ports: [], certificates: [] }
    const proxy = { variable: 'HTTPS_PROXY', address: 'http://proxy.example:3128' }
    expect(proxyFinding({ ...nothing, proxy }, { ...proxy, variable: 'https_proxy' })).toMatchObject({ verdict: 'ok' })
    expect(proxyFinding(nothing, undefined)).toMatchObject({ verdict: 'ok' })
    expect(proxyFinding(nothing, proxy)).toMatchObject({ verdict: 'advice', what: expect.stringContaining(proxy.address) })
    expect(proxyFinding({ ...nothing, proxy }, undefined)).toMatchObject({ verdict: 'advice' })
  })

  test('certificates that are not there: a problem for the broker where it reads them, an advice for tools', () => {
    const gone = (variable: string) => ({ variable, path: '/gone.pem', problem: 'missing' }) as const
    expect(verdicts(certificateFindings([], []))).toEqual(['ok'])
    expect(verdicts(certificateFindings([gone('NODE_EXTRA_CA_CERTS')], [gone('NODE_EXTRA_CA_CERTS')]))).toEqual(['problem'])
    expect(verdicts(certificateFindings([gone('SSL_CERT_FILE')], [gone('NODE_EXTRA_CA_CERTS')]))).toEqual(['advice', 'advice'])
  })

  test('a server that cannot be reached', () => {
    const error = { code: 'network', description: 'id.example cannot be reached (ENOTFOUND).' }
    const servers = [
      { providers: ['a'], host: 'ok.example' },
      { providers: ['b'], host: 'id.example', error },
    ]
    expect(verdicts(serverFindings(servers))).toEqual(['ok', 'problem'])
    expect(serverFindings(undefined)).toEqual([])
  })
})

describe('the text', () => {
  const long = 'A sentence that goes on and on so that it does not fit into what is left of the line of a terminal.'

  test('fits into 80 columns and says the verdict in words and in shape', () => {
    const text = doctorText([ok('socket', 'good'), advice('openai-codex:a-label', long, long), problem('vault', long)])
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
    expect(text).toMatch(/^✓ ok .*good$/m)
    expect(text).toMatch(/^! advice/m)
    expect(text).toMatch(/^✗ problem/m)
    expect(text.endsWith('\n\n1 problem.')).toBe(true)
    expect(doctorText([ok('socket', 'good')])).toContain('No problem was found.')
  })

  test('what a foreign program is called moves no cursor and makes no line', () => {
    const text = doctorText([advice('port 1455', 'Held by \u001b[2J\u202eevil\nx (pid 1).')])
    for (const character of ['\u001b', '\u202e']) expect(text).not.toContain(character)
    expect(text.split('\n')).toHaveLength(3)
  })
})
