// Someone at a computer: a home without any sign-in, a broker that has the logins, and the servers of all providers on loopback.
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { startWithMovingClock } from '../daemon/moving-clock.ts'
import { signIn } from '../daemon/practice-login.ts'
import { type Ended, program, type RunningDaemon, withHome } from '../daemon/running-daemon.ts'
import { type ProviderDouble, withProviderDouble } from '../providers/double/index.ts'
import { namesAskedFor } from './names.ts'
import { type ClientName, environmentOf, runProgram, turnOf } from './programs.ts'
import { modelApis } from './upstream.ts'

export interface Person {
  readonly home: string
  readonly env: Record<string, string>
  readonly daemon: RunningDaemon
  readonly double: ProviderDouble
  /** Moves the clock of the broker on, in seconds. */
  readonly advance: (seconds: number) => Promise<void>
  /** Runs `tokentray` as this person. */
  readonly tokentray: (...args: string[]) => Promise<Ended>
  /** One turn of a program; `env` in addition to the person's own. */
  readonly turn: (client: ClientName, env?: Readonly<Record<string, string>>) => Promise<Ended>
}

/** Runs `body` with a person whose broker runs, and knows no login yet. No program may ask for a host but those of `mayAsk`. */
export function withPerson(body: (person: Person) => Promise<void>, mayAsk: readonly string[] = []): Promise<void> {
  return withProviderDouble({ further: [modelApis] }, (double) =>
    withHome({ TOKENTRAY_UPSTREAM: double.origin }, async (daemon) => {
      const asked = namesAskedFor()?.length ?? 0
      const clock = await startWithMovingClock(daemon)
      const home = join(daemon.home, 'person')
      const commands = join(daemon.home, 'commands')
      await mkdir(commands)
      await symlink(program, join(commands, 'tokentray'))
      const env = environmentOf(home, { TOKENTRAY_HOME: daemon.home, PATH: `${commands}:${process.env.PATH}` })
      await body({
        home,
        env,
        daemon,
        double,
        advance: (seconds) => clock.advance(seconds),
        tokentray: (...args) => daemon.cli(args, { HOME: home, PATH: env.PATH }),
        turn: (client, more = {}) => runProgram(client, turnOf(client), { env: { ...env, ...more }, cwd: home }),
      })
      expect(double.faults).toEqual([])
      const names = namesAskedFor()?.slice(asked) ?? []
      expect(names.filter((name) => !mayAsk.includes(name))).toEqual([])
    }),
  )
}

/** Signs in to a provider by a pasted response; answers the id of the account. */
export const signInTo = ({ daemon, double }: Person, provider: string): Promise<string> =>
  signIn(daemon, { provider, approve: double.approve })
