// A broker with as many accounts as wanted, on a token socket, for the question what a large collection costs. Accounts are put
// where a login would put them, because ten thousand logins would take longer than the benchmark; the rest is the product's own.
//
//   node many-accounts.mjs SOCKET ACCOUNTS
//
// It prints `ready`. For each number on standard input it changes one account that many times, and prints as JSON the median time
// in microseconds from a change to the snapshot with it.
import { createInterface } from 'node:readline'
import { Broker, type Grant, silentLog as log, type ProviderClient, Secret, systemClock } from '../../src/core/index.ts'
import { noMovedLoginList } from '../../src/host/moved-login-list.ts'
import { MovedLogins } from '../../src/host/moved-logins.ts'
import { noTokenFileList } from '../../src/host/token-file-list.ts'
import { TokenFiles } from '../../src/host/token-files.ts'
import { surroundingsOf } from '../../src/integrations/tool.ts'
import { ClientProofs, MemoryClientRegister, MemoryHistory, MemoryLedger, startTokenServer } from '../../src/server/index.ts'
import { createVault } from '../../src/vault/index.ts'

const [socket = '', number = '10'] = process.argv.slice(2)
const count = Number(number)
const issuer = 'http://127.0.0.1:1'
const clock = systemClock
let issued = 0

const client: ProviderClient = {
  id: 'practice',
  name: 'Practice',
  aliases: [],
  issuer,
  info: { id: 'practice', name: 'Practice', aliases: [], issuer, flows: ['browser'], keys: [], usage: false },
  access: () => ({ baseUrl: issuer, headers: {} }),
  grantFromKey: () => Promise.reject(new Error('nobody brings a key here')),
  grantFromTokens: () => Promise.reject(new Error('nobody brings a login here')),
  grantOfProgram: () => grantOf(''),
  verify: async () => ({ kind: 'good' }),
  check: async () => ({ kind: 'none' }),
  checksToken: () => false,
  usage: async () => ({ kind: 'none' }),
  startLogin: () => Promise.reject(new Error('nobody signs in here')),
  refresh: async (grant) => ({ kind: 'refreshed', grant: grantOf(grant.identity.key ?? '') }),
  revoke: async () => false,
}

function grantOf(key: string): Grant {
  issued += 1
  const now = clock.now()
  return {
    provider: client.id,
    issuer,
    accessToken: new Secret(`${key}-${issued}-`.padEnd(2_000, 'x')),
    tokenType: 'Bearer',
    refreshToken: new Secret(`refresh-${issued}`),
    obtainedAt: now,
    // Apart by a second for each account, and far away: nothing is due while the benchmark runs.
    expiresAt: now + 86_400_000 + issued * 1_000,
    identity: { key },
  }
}

const { vault, index, journal } = createVault({ home: '/nonexistent', store: 'memory', clock })
await vault.open()
for (let each = 0; each < count; each += 1) {
  const key = `person-${each}`
  const id = `practice-${each.toString(16).padStart(8, '0')}`
  index.put({
    id,
    provider: client.id,
    issuer,
    label: key,
    identity: { key, email: `${key}@practice.example` },
    createdAt: clock.now(),
  })
  await vault.save(id, grantOf(key))
}
const register = new MemoryClientRegister()
const ledger = new MemoryLedger()
const history = new MemoryHistory()
const proofs = new ClientProofs({ socket, clock, log })
const broker = new Broker({ clock, vault, journal, index, register, ledger, history, clients: [client], log })
const health = {
  name: 'tokentray',
  version: '0',
  api: 'v1',
  host: 'daemon',
  pid: process.pid,
  home: '/nonexistent',
  started_at: 0,
} as const
const tokenFiles = new TokenFiles({ broker, clock, log, list: noTokenFileList, surroundings: surroundingsOf(process.env) })
const movedLogins = new MovedLogins({ broker, clock, log, list: noMovedLoginList })
await startTokenServer(socket, {
  broker,
  vault,
  ledger,
  history,
  proofs,
  clock,
  health,
  tokenFiles,
  movedLogins,
  log,
  diagnose: async () => ({ redirect_ports: [], certificates: [] }),
})
await broker.start()
console.log('ready')
const caller = { name: 'bench', proof: 'claimed' } as const
const last = `practice-${(count - 1).toString(16).padStart(8, '0')}`
for await (const times of createInterface({ input: process.stdin })) console.log(JSON.stringify(await changes(Number(times))))
process.exit()

/** A refresh makes two snapshots: one says that it is under way, the other one carries the new end of the token. */
async function changes(times: number): Promise<number> {
  const taken: number[] = []
  for (let each = 0; each < times; each += 1) {
    const { response } = await broker.handOut(caller, last, {})
    let snapshots = 0
    const end = broker.subscribe(() => {
      snapshots += 1
    })
    const start = performance.now()
    await broker.handOut(caller, last, { rejected: new Secret(response.access_token).fingerprint() })
    // The snapshot is made in the microtask after the change.
    await Promise.resolve()
    taken.push(((performance.now() - start) * 1_000) / Math.max(1, snapshots))
    end()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)] ?? Number.NaN
}
