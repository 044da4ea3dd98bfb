import type { Asks } from '../ipc/asks.ts'
import type { GivenBack, MovedHere } from '../ipc/moved-here.ts'
import type { LoginMoved, Radar } from '../ipc/radar.ts'
import type { HostLink } from './host-link.ts'
import type { LoginRadar, RadarPlace } from './login-radar.ts'

/** The logins of other programs, as the window reaches them. Every action rejects with a BrokerError. */
export interface OtherLogins {
  radar(): Promise<Radar>
  allow(ask: Asks['radar:allow']): Promise<Radar>
  ignore(finding: string): Promise<Radar>
  move(ask: Asks['radar:move']): Promise<LoginMoved>
  movedHere(): Promise<readonly MovedHere[]>
  giveBack(ask: Asks['moved:give-back']): Promise<GivenBack>
}

/** What reads the files of programs is loaded with the first question, as it would delay the host and the tray icon at every start. */
export function otherLogins(host: Pick<HostLink, 'ask'>, place: RadarPlace): OtherLogins {
  let loading: Promise<LoginRadar> | undefined
  const load = async () => {
    const { LoginRadar } = await import('./login-radar.ts')
    return new LoginRadar(host, place)
  }
  const radar = () => {
    loading ??= load()
    return loading
  }
  const moved = () => import('./moved-here.ts')
  return {
    radar: async () => (await radar()).current(),
    allow: async (ask) => (await radar()).allow(ask),
    ignore: async (finding) => (await radar()).ignore(finding),
    move: async (ask) => (await radar()).move(ask),
    movedHere: async () => (await moved()).movedHere(host, place),
    giveBack: async (ask) => (await moved()).giveBack(host, ask, place),
  }
}
