import { readConsents, surroundingsOf } from '../integrations/index.ts'
import type { Asks } from '../ipc/asks.ts'
import type { GivenBack, MovedHere } from '../ipc/moved-here.ts'
import { programName } from '../ipc/program-names.ts'
import { BrokerError, homeFolder } from '../protocol/index.ts'
import type { HostLink } from './host-link.ts'
import type { RadarPlace } from './login-radar.ts'
import { shownPath } from './shown-path.ts'

type Host = Pick<HostLink, 'ask'>
type Place = Pick<RadarPlace, 'env' | 'hidesPersonalData'>

/** The logins that came from other programs and can go back. */
export async function movedHere(host: Host, { env, hidesPersonalData }: Place): Promise<readonly MovedHere[]> {
  const moved = await host.ask('moved_logins', undefined)
  return moved.map(({ account, program, path }) => ({
    account,
    program,
    file: shownPath(path, surroundingsOf(env), hidesPersonalData()),
  }))
}

/** Gives a login back to its program. Throws `invalid_request` where the person has said no to reading its files, as the broker has to. */
export async function giveBack(
  host: Host,
  { account, program }: Asks['moved:give-back'],
  { env, hidesPersonalData }: Place,
): Promise<GivenBack> {
  if ((await readConsents(homeFolder(env)))[program] === 'refused') {
    throw new BrokerError('invalid_request', `You have said no to reading the logins of ${programName(program)}.`, {
      fix: `Run \`tokentray import ${program} --read-stores\` to allow it.`,
    })
  }
  const { written, left } = await host.ask('return_login', { account, program })
  return {
    exact: written.every(({ exact }) => exact),
    left: left.map(({ path }) => shownPath(path, surroundingsOf(env), hidesPersonalData())),
  }
}
