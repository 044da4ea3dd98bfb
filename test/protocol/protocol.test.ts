import { describe, expect, test } from 'vitest'
import { BrokerError, errorCodes, errorFromResponse, errorResponse, errorTable } from '../../src/protocol/errors.ts'
import { formatSelector, parseSelector } from '../../src/protocol/selector.ts'
import { homeFolder, socketPath, vaultHome } from '../../src/protocol/socket-path.ts'
import { checkedVaultName } from '../../src/protocol/vault-name.ts'

describe('the error table', () => {
  test('gives every code a status, an exit code and, but for the ones that always bring their own, a fix', () => {
    for (const code of errorCodes) {
      const { status, exit, fix } = errorTable[code]
      expect(status).toBeGreaterThanOrEqual(400)
      expect(exit).toBeGreaterThan(0)
      if (!['login_required', 'reauthorization_required', 'socket_unusable'].includes(code))
        expect([code, fix]).toEqual([code, expect.any(String)])
    }
  })

  test('an error survives the wire', () => {
    const error = new BrokerError('temporarily_unavailable', 'down', { retryAfter: 7, fix: 'wait' })
    const back = errorFromResponse(JSON.parse(JSON.stringify(errorResponse(error))))
    expect([back.code, back.message, back.fix, back.retryAfter]).toEqual(['temporarily_unavailable', 'down', 'wait', 7])
  })

  test('an unexpected fault keeps its text to itself', () => {
    expect(JSON.stringify(errorResponse(new Error('token abc')))).not.toContain('abc')
    expect(errorFromResponse('<html>').code).toBe('internal_error')
    expect(errorFromResponse({ error: 'from_the_future', error_description: 'x' }).code).toBe('internal_error')
  })
})

test.each(['openai-codex', 'anthropic:work', 'a:b-1.c_d'])('selector %s', (text) => {
  expect(formatSelector(parseSelector(text))).toBe(text)
})

test.each(['', ':', 'a:', ':b', 'a:b:c', 'a b', '../x', 'a/b', '-x', 'x'.repeat(65)])('no selector: %j', (text) => {
  expect(() => parseSelector(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
})

describe('paths', () => {
  test.each([
    [{ TOKENTRAY_SOCKET: '/s/x.sock', TOKENTRAY_HOME: '/h' }, 'linux', '/s/x.sock'],
    [{ TOKENTRAY_HOME: '/h', XDG_RUNTIME_DIR: '/run/user/1' }, 'linux', '/h/agent.sock'],
    [{ HOME: '/home/a', XDG_RUNTIME_DIR: '/run/user/1' }, 'linux', '/run/user/1/tokentray/agent.sock'],
    [{ HOME: '/home/a' }, 'linux', '/home/a/.local/state/tokentray/agent.sock'],
    [{ HOME: '/Users/a' }, 'darwin', '/Users/a/Library/Application Support/TokenTray/agent.sock'],
    [{ USERNAME: 'Ann Lee' }, 'win32', '\\\\.\\pipe\\tokentray-ann-lee'],
  ] as const)('the socket of %j on %s is %s', (env, platform, path) => {
    expect(socketPath(env, platform)).toBe(path)
  })

  test.each([
    [{ TOKENTRAY_HOME: '/h' }, 'linux', '/h/vault-work.sock'],
    [{ HOME: '/home/a', XDG_RUNTIME_DIR: '/run/user/1' }, 'linux', '/run/user/1/tokentray/vault-work.sock'],
    [{ TOKENTRAY_SOCKET: '/s/agent.sock' }, 'linux', '/s/vault-work.sock'],
    // Two homes may have their sockets in one folder.
    [{ TOKENTRAY_SOCKET: '/s/x.sock' }, 'linux', '/s/x-vault-work.sock'],
    [{ TOKENTRAY_SOCKET: '/s/x' }, 'darwin', '/s/x-vault-work.sock'],
    [{ USERNAME: 'Ann Lee' }, 'win32', '\\\\.\\pipe\\tokentray-ann-lee-vault-work'],
  ] as const)('the socket of the vault work of %j on %s is %s', (env, platform, path) => {
    expect(socketPath(env, platform, 'work')).toBe(path)
    expect(socketPath(env, platform, 'default')).toBe(socketPath(env, platform))
  })

  test('the path of a vault counts with its name', () => {
    const env = { TOKENTRAY_SOCKET: `/${'x'.repeat(84)}` }
    expect(socketPath(env, 'linux', 'a')).toHaveLength(98)
    expect(() => socketPath(env, 'linux', 'abcd')).toThrow(expect.objectContaining({ code: 'socket_unusable' }))
    expect(vaultHome({ TOKENTRAY_HOME: '/h' }, 'work', 'linux')).toBe('/h/vaults/work')
    expect(vaultHome({ TOKENTRAY_HOME: '/h' }, 'default', 'linux')).toBe('/h')
  })

  test.each(['', '..', '../x', 'a/b', 'a\\b', 'Work', '-a', 'a.b', 'a_b', 'a\n', 'wörk', 'x'.repeat(33)])(
    'no vault: %j',
    (name) => {
      for (const read of [
        checkedVaultName,
        (text: string) => socketPath({}, 'linux', text),
        (text: string) => vaultHome({}, text),
      ]) {
        expect(() => read(name)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
      }
    },
  )

  test('a home of its own moves everything', () => {
    expect(homeFolder({ TOKENTRAY_HOME: '/h', HOME: '/home/a' }, 'linux')).toBe('/h')
  })

  test('a path over 100 bytes is refused, counted in bytes', () => {
    expect(socketPath({ TOKENTRAY_SOCKET: `/${'x'.repeat(99)}` }, 'linux')).toHaveLength(100)
    for (const path of [`/${'x'.repeat(100)}`, `/${'é'.repeat(50)}`]) {
      expect(() => socketPath({ TOKENTRAY_SOCKET: path }, 'linux')).toThrow(expect.objectContaining({ code: 'socket_unusable' }))
    }
  })
})
