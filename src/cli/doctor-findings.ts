import type {
  AccountStatus,
  BrokerSnapshot,
  CertificatePlace,
  ClockReading,
  Diagnosis,
  HealthResponse,
  NamedProxy,
  RedirectPort,
  VaultStatus,
} from '../protocol/index.ts'
import { advice, type Finding, ok, problem } from './finding.ts'
import { duration, selectors } from './status-text.ts'

/** Beyond the first one, tokens are given out too late or too early; beyond the second one, servers refuse what is signed. Seconds. */
const noticeable = 30
const harmful = 300

export function brokerFinding({ host, pid, version, started_at: since }: HealthResponse, own: string, now: number): Finding {
  const what = `${host === 'app' ? 'The tray app' : 'The daemon'} runs (pid ${pid}, version ${version}, for ${duration(now - since)}).`
  if (version === own) return ok('broker', what)
  return advice(
    'broker',
    `${what} This command is version ${own}.`,
    'End it and start it again, so that both are of one version.',
  )
}

export function vaultFinding({ store, state }: VaultStatus): Finding {
  switch (state.kind) {
    case 'ready':
      return store === 'memory'
        ? advice('vault', 'It is in memory only: the logins end with the broker.', 'Unset TOKENTRAY_VAULT to keep them.')
        : ok('vault', store === 'keychain' ? 'Open; its key is in the keychain.' : 'Open; its key is behind your passphrase.')
    case 'opening':
      return advice('vault', 'It is being opened.', 'If that takes long, look for a prompt of your keychain.')
    case 'locked':
    case 'absent':
    case 'broken':
      return problem('vault', `${state.error.description} (${store}, ${state.kind})`, state.error.fix)
    default:
      return advice('vault', 'It is in a state that this command does not know.')
  }
}

/** Everything that keeps an account from giving tokens, and what waits for the person. `now` in epoch seconds. */
export function accountFindings({ accounts, approvals, logins, notices = [] }: BrokerSnapshot, now: number): readonly Finding[] {
  const select = selectors(accounts)
  const own = accounts.filter(({ id, provider }) => id !== provider)
  const needy = own.flatMap((row) => accountFinding(row, select(row), now))
  const good = own.length - needy.length
  const summary =
    own.length === 0
      ? advice('accounts', 'Nobody is signed in to anything.', 'Sign in with `tokentray login <provider>`.')
      : ok('accounts', `${good} of ${own.length} need nothing.`)
  const waiting = [...new Set(approvals.map(({ caller }) => caller.name))]
  return [
    summary,
    ...needy,
    ...waiting.map((name) => advice('clients', `${name} waits for your permission.`, `Run \`tokentray approve ${name}\`.`)),
    ...logins
      .filter(({ undecided }) => undecided !== undefined)
      .map(({ account, provider }) =>
        advice('accounts', `Somebody else signed in to ${account ?? provider}.`, 'Decide in the tray.'),
      ),
    ...notices.map(({ description, fix }) => advice('files', description, fix)),
  ]
}

function accountFinding({ state, disabled, ownership }: AccountStatus, selector: string, now: number): readonly Finding[] {
  // A login that is only watched is for its program to mend.
  if (ownership?.mode === 'watched' && state.kind === 'signed_out') return []
  const signIn = `Run \`tokentray login ${selector}\`.`
  if (disabled) return [advice(selector, 'It is switched off.', `Run \`tokentray enable ${selector}\`.`)]
  switch (state.kind) {
    case 'reauthorization_required':
      return [problem(selector, state.error.description, ownership?.mode === 'delegated' ? state.error.fix : signIn)]
    case 'authorizing':
      return [advice(selector, 'A sign-in waits for you.', 'Finish it in the browser.')]
    case 'signed_out':
      return [problem(selector, 'Nobody is signed in.', signIn)]
    case 'unavailable':
      return [problem(selector, state.error.description, state.error.fix)]
    case 'backing_off': {
      // Until the token it has is over, tools notice nothing.
      const over = (state.expires_at ?? 0) <= now
      const what = `${state.error.description} It is tried again in ${duration(state.retry_at - now)}.`
      return [(over ? problem : advice)(selector, what, state.error.fix)]
    }
    default:
      return []
  }
}

export function portFindings(ports: readonly RedirectPort[]): readonly Finding[] {
  const shut = ports.filter(({ state }) => state === 'held' || state === 'unusable')
  const next =
    shut.length < ports.length
      ? 'A sign-in takes the next port.'
      : 'End that program to sign in by browser; `tokentray login --device` or `--paste` needs no port.'
  return ports.map(({ port, state, holder, reason }) => {
    const topic = `port ${port}`
    switch (state) {
      case 'free':
        return ok(topic, 'Free for the next sign-in.')
      case 'waiting':
        return ok(topic, 'A sign-in waits on it.')
      case 'held':
        return advice(topic, `Held by ${holder ?? 'another program'}.`, next)
      default:
        return advice(topic, `The system gives it to nobody (${reason ?? 'no reason'}).`, next)
    }
  })
}

/** `online`: the servers of the accounts were asked just now. */
export function clockFinding(reading: ClockReading | undefined, online: boolean, now: number): Finding {
  if (reading === undefined) {
    if (online) return ok('clock', 'Not compared: no server on another computer said what time it is.')
    return ok('clock', 'Not compared yet: no provider has answered since the start. `tokentray doctor --online` asks them.')
  }
  const { host, ahead, at } = reading
  const source = `by ${host}, ${duration(now - at)} ago`
  const off = Math.abs(ahead)
  if (off < noticeable) return ok('clock', `Right to ${Math.max(1, off)} s, ${source}.`)
  const what = `${duration(off)} ${ahead > 0 ? 'ahead' : 'behind'}, ${source}.`
  return (off < harmful ? advice : problem)('clock', what, 'Switch on the setting of the time by the network.')
}

/** `own` is the proxy of the environment of this command. */
export function proxyFinding({ proxy, no_proxy: except }: Diagnosis, own: NamedProxy | undefined): Finding {
  const what =
    proxy === undefined
      ? 'The broker uses none.'
      : `The broker uses ${proxy.address} (${proxy.variable})${except === undefined ? '' : `, but not for ${except}`}.`
  if (proxy?.address === own?.address) return ok('proxy', what)
  const here = own === undefined ? 'In this shell none is set.' : `In this shell it is ${own.address} (${own.variable}).`
  return advice(
    'proxy',
    `${what} ${here}`,
    'If the broker cannot reach the providers, start it with the variables of this shell.',
  )
}

/** The places that the variables of the broker name, and those of this shell, which the tools that are started here read. */
export function certificateFindings(broker: readonly CertificatePlace[], here: readonly CertificatePlace[]): readonly Finding[] {
  const same = (a: CertificatePlace) => broker.some((b) => b.variable === a.variable && b.path === a.path)
  const findings = [
    ...broker.map((place) => certificateFinding(place, 'the broker')),
    ...here.filter((place) => !same(place)).map((place) => certificateFinding(place, 'this shell')),
  ]
  return findings.length > 0 ? findings : [ok('certificates', 'Those of the system and of Node; no variable names others.')]
}

function certificateFinding({ variable, path, problem: fault }: CertificatePlace, whose: string): Finding {
  if (fault === undefined) return ok('certificates', `${variable} of ${whose}: ${path}`)
  const what = `${variable} of ${whose} names ${path}, which ${fault === 'missing' ? 'is not there' : 'cannot be read'}.`
  const fix = 'Name a file that is there, or unset the variable: tools fail on it and do not say why.'
  // The broker itself reads this one only; it goes on without it, and then believes no server behind an inspecting proxy.
  return (variable === 'NODE_EXTRA_CA_CERTS' && whose === 'the broker' ? problem : advice)('certificates', what, fix)
}

export function serverFindings(servers: Diagnosis['servers'] = []): readonly Finding[] {
  return servers.map(({ host, error }) =>
    error === undefined ? ok('reach', `${host} answers.`) : problem('reach', error.description, error.fix),
  )
}
