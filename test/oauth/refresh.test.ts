import { expect, test } from 'vitest'
import { type Grant, Secret, silentLog } from '../../src/core/index.ts'
import { RedirectReceiver } from '../../src/oauth/redirect-receiver.ts'
import { refresh } from '../../src/oauth/refresh.ts'
import { type HttpAnswer, type Transport, TransportError } from '../../src/oauth/transport.ts'
import { openaiCodex } from '../../src/providers/openai-codex.ts'
import { ManualClock } from '../support/manual-clock.ts'

const clock = new ManualClock()
const contextOf = (transport: Transport) => ({
  clock,
  transport,
  receiver: new RedirectReceiver(silentLog, clock),
  installation: () => ({ id: '', version: '0', system: '', release: '', settings: {} }),
})
const grant: Grant = {
  provider: openaiCodex.id,
  issuer: openaiCodex.issuer,
  accessToken: new Secret('a'),
  refreshToken: new Secret('r'),
  tokenType: 'Bearer',
  obtainedAt: clock.now(),
  identity: {},
}

const answering =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Transport =>
  async (): Promise<HttpAnswer> => ({
    status,
    text: typeof body === 'string' ? body : JSON.stringify(body),
    header: (name) => headers[name],
  })
const failing =
  (neverLeft: boolean): Transport =>
  async () => {
    throw new TransportError({ code: 'network', description: 'gone' }, neverLeft)
  }

test.each<[name: string, transport: Transport, unused: true | undefined]>([
  ['a refusal that ends nothing', answering(400, { error: 'invalid_client' }), true],
  ['a rate limit', answering(429, { error: 'rate_limit_exceeded' }), true],
  ['a rate limit on a page', answering(429, '<html>Slow down'), true],
  ['a bot check that stands before the server', answering(403, '<html>', { 'cf-mitigated': 'challenge' }), true],
  ['a request that never left', failing(true), true],
  ['a gateway that heard nothing from the server', answering(504, '<html>', { server: 'cloudflare' }), undefined],
  ['a server in trouble', answering(503, { error: 'temporarily_unavailable' }), undefined],
  ['a page', answering(200, '<html>'), undefined],
  ['a redirect', answering(302, ''), undefined],
  ['a connection that broke', failing(false), undefined],
])('whether the refresh token was certainly not used: %s', async (_name, transport, unused) => {
  const outcome = await refresh(openaiCodex, grant, contextOf(transport))
  expect(outcome.kind).toBe('transient')
  expect('unused' in outcome ? outcome.unused : undefined).toBe(unused)
})
