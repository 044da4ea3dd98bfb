// The figures of a run, as a table and one line.
import { table } from '../tables.mjs'
import { stages } from './chronicle.mjs'

/**
 * @param {import('./chronicle.mjs').Chronicle} chronicle
 * @param {{ seed: number, seconds: number, accounts: number, taken: number, delay: { least: number, most: number } }} setting
 */
export function printReport(chronicle, { seed, seconds, accounts, taken, delay }) {
  const { byStage, unexplained, refreshes, refused, kills, looks } = chronicle
  const rows = [...byStage].map(([stage, { flights, alive, named, unnamed }]) => [
    stages[stage],
    ...[flights, alive, named, unnamed].map(String),
  ])
  const sum = (member) => [...byStage.values()].reduce((total, row) => total + row[member], 0)
  const [named, unnamed] = [sum('named'), sum('unnamed')]
  rows.push(['all flights', ...['flights', 'alive', 'named', 'unnamed'].map((member) => String(sum(member)))])
  console.log(
    [
      '',
      `Seed ${seed}, ${Math.round(seconds)} s. ${accounts} accounts; the server keeps back each answer ${delay.least} to ${delay.most} ms. SIGKILL falls`,
      `at a random moment after refreshes were asked for, which take ${Math.round(taken)} ms here when nothing is killed. A login is lost`,
      'without anybody to blame when the server has rotated its refresh token and the process dies before the new one is stored: no',
      'client can prevent that, and the delay of the answers makes it frequent here on purpose.',
      '',
      table(['where the kill met the flight of an account', 'flights', 'alive', 'lost, cause named', 'lost, not named'], rows),
      '',
      `${refreshes} refreshes (${refused} refused), ${kills} kills, ${looks} looks at a login after a kill: ${looks - named - unnamed - unexplained.length} alive, ` +
        `${named + unnamed} lost with an answer that never was stored (${named} with its cause named, ${unnamed} not), ` +
        `${unexplained.length} lost for any other reason.`,
      ...unexplained.slice(0, 10).map((line) => `  ${line}`),
      ...(unexplained.length > 10 ? [`  and ${unexplained.length - 10} more`] : []),
    ].join('\n'),
  )
}
