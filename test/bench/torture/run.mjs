// `npm run bench:torture`: a broker that is killed again and again while it refreshes, and what becomes of its logins.
//
//   npm run bench:torture                     1,000 refreshes, about five minutes
//     -- --refreshes N    how many refreshes the authorization server must have seen
//     -- --seed N         the choices of an earlier run; the moments within a process are its own each time
//     -- --accounts N     4 by default
//     -- --no-build       takes what is in out/
//
// The broker is the built program with a real keychain, the server is the practice server: it rotates each refresh token, and one
// that comes back ends its whole family. SIGKILL comes at a random moment of the time that refreshes take on this machine, so that it
// falls before the request, while it is at the server, between its answer and the write, and between the write and the caller.
//
// A login may be lost only when the server had rotated its refresh token and the process died before it could store the new one:
// what no client can prevent. Every other loss ends this program with 1.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Authority } from '../authority.mjs'
import { stopAll } from '../children.mjs'
import { median } from '../statistics.mjs'
import { buildProject, bundle } from '../tools.mjs'
import { Broker } from './broker.mjs'
import { Chronicle } from './chronicle.mjs'
import { randomFrom } from './random.mjs'
import { printReport } from './report.mjs'

/** Short enough that the broker refreshes ahead of time as well while it lives. Seconds. */
const life = 30
/** How long the answers of the server are under way. Milliseconds. */
const delay = { least: 0, most: 10 }
/** How long refreshes take that come to their end. Milliseconds. @type {number[]} */
const taken = [50]

const { values: options } = parseArgs({
  options: {
    refreshes: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    accounts: { type: 'string', default: '4' },
    'no-build': { type: 'boolean' },
  },
})
const [refreshes, seed, accounts] = [options.refreshes, options.seed, options.accounts].map(Number)
if (![refreshes, seed, accounts].every((number) => Number.isInteger(number) && number > 0)) {
  console.error('--refreshes, --seed and --accounts are whole numbers above 0.')
  process.exit(64)
}

const random = randomFrom(seed)
const folder = fs.mkdtempSync('/tmp/tt-torture-')
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))

console.error(`torture: seed ${seed}`)
if (!options['no-build']) buildProject()
const program = await bundle(['authority'], folder)
const people = Array.from({ length: accounts }, (_, number) => `person-${number}`)
const authority = await Authority.start(program, { life, bits: 256, people: people.length })
await authority.delay(delay.least, delay.most)
const broker = new Broker(path.join(folder, 'home'), authority)
const chronicle = new Chronicle()
const start = performance.now()
try {
  await broker.start()
  for (const person of people) chronicle.addAccount(await broker.signIn(person), person)
  while (chronicle.refreshes < refreshes) await oneLife()
  await broker.stop()
} finally {
  await stopAll()
}
const seconds = (performance.now() - start) / 1_000
printReport(chronicle, { seed, seconds, accounts, taken: median(taken), delay })
process.exit(chronicle.unexplained.length === 0 ? 0 : 1)

/** Some refreshes that come to their end, then some that are cut short; and a look at every login when the broker is back. */
async function oneLife() {
  for (let batch = Math.floor(random() * 3); batch > 0; batch -= 1) {
    const begun = performance.now()
    await Promise.all(broker.askAll(chronicle.accounts, chronicle, 1 + Math.floor(random() * 4)))
    taken.push(performance.now() - begun)
  }
  const chosen = chronicle.accounts.filter(() => random() < 0.6)
  // The callers of the batches before have their answers, so that what arrives from now on belongs to these.
  const asked = Date.now()
  const answers = broker.askAll(chosen, chronicle, 1 + Math.floor(random() * 4))
  await new Promise((resolve) => setTimeout(resolve, random() * 1.3 * median(taken)))
  const killed = Date.now()
  await broker.kill()
  await Promise.all(answers)
  const restarted = Date.now()
  await broker.start()
  await broker.lookAt(chronicle)
  chronicle.judge(await authority.exchanges(true), { asked, killed, restarted, chosen })
  for (const account of chronicle.accounts.filter(({ lost }) => lost)) await broker.signInAgain(account, chronicle)
  chronicle.sayProgress(refreshes)
}
