#!/usr/bin/env node
// Stands in for `codex`. It enforces the order of the protocol, and behaves as `plan.json` beside it says; what happened is in `log`.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

const folder = dirname(process.argv[1])
const plan = () => JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'))
const log = (entry) => appendFileSync(join(folder, 'log'), `${JSON.stringify({ pid: process.pid, ...entry })}\n`)
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)

const violation = (what) => {
  log({ violation: what })
  process.exit(70)
}
if (process.argv.slice(2).join(' ') !== '-c model_provider="openai" app-server') violation(`arguments ${process.argv.slice(2)}`)
const foreign = Object.keys(process.env).filter((name) => name.startsWith('TOKENTRAY_'))
if (foreign.length > 0) violation(`variables ${foreign}`)

log({ event: 'start' })
const { mode = 'good' } = plan()
if (mode === 'ends') process.exit(2)
// One that hangs does not end with its input either.
if (mode === 'hangs') setInterval(() => {}, 1_000)
if (mode === 'prints') process.stdout.write('A new version is there!\n')

let phase = 'new'
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line)
    if (message.jsonrpc !== '2.0') violation('no JSON-RPC 2.0')
    if (message.method === 'initialize') return initialize(message)
    if (message.method === 'initialized') return initialized(message)
    if (message.method === 'getAuthStatus') return void authStatus(message)
    violation(`method ${message.method}`)
  })
  .on('close', () => {
    if (plan().mode === 'hangs') return
    log({ event: 'end' })
    process.exit(0)
  })

function initialize({ id, params }) {
  if (phase !== 'new') violation('initialize comes once, and first')
  if (params?.clientInfo?.name !== 'tokentray') violation('no name')
  phase = 'asked'
  if (mode === 'hangs') return
  if (mode === 'garbage') return process.stdout.write('{"id":1,"result":{"userAgent\n')
  if (mode === 'floods') return process.stdout.write('x'.repeat(3_000_000))
  say({ method: 'configWarning', params: { summary: 'a notice that nobody asked for' } })
  say({ id, result: { userAgent: 'tokentray/0.0.0' } })
}

function initialized({ id }) {
  if (phase !== 'asked' || id !== undefined) violation('initialized is a notification after initialize')
  phase = 'ready'
}

async function authStatus({ id, params }) {
  if (phase !== 'ready') violation('getAuthStatus before initialized')
  if (params?.includeToken !== true || typeof params.refreshToken !== 'boolean') violation('parameters')
  log({ event: params.refreshToken ? 'renew' : 'read' })
  const now = plan()
  if (now.mode === 'old') return say({ id, error: { code: -32601, message: 'Method not found' } })
  if (now.mode === 'dies') process.exit(3)
  if (now.mode === 'mute') return
  // A question of its own, with the same id as the one it was asked.
  say({ id, method: 'account/chatgptAuthTokens/refresh', params: {} })
  await new Promise((resolve) => setTimeout(resolve, now.delay ?? 0))
  const { mode: present, method = 'chatgpt', token = null, next = [], ...rest } = plan()
  const renews = params.refreshToken && next.length > 0 && present !== 'cannot_refresh'
  const given = renews ? next[0] : token
  if (renews) save({ ...rest, mode: present, method, token: given, next: next.slice(1) })
  const signedOut = present === 'signed_out'
  say({ id, result: { authMethod: signedOut ? null : method, authToken: signedOut ? null : given, requiresOpenaiAuth: true } })
}

function save(value) {
  writeFileSync(join(folder, 'plan.tmp'), JSON.stringify(value))
  renameSync(join(folder, 'plan.tmp'), join(folder, 'plan.json'))
}
