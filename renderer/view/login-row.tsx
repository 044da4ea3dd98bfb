import type { PendingLogin } from '../../src/protocol/index.ts'
import { decisionWords } from '../words.ts'
import { CancelLogin, LoginPanel } from './login-panel.tsx'
import { RowFrame } from './row-frame.tsx'
import { UndecidedPanel } from './undecided-panel.tsx'

/** A login that no account row shows, such as one for a further account. */
export function LoginRow({ login, providerName }: { readonly login: PendingLogin; readonly providerName: string }) {
  const undecided = login.undecided !== undefined
  const words = login.account === undefined ? 'Signing in to one more account' : 'Signing in again'
  return (
    <RowFrame
      provider={login.provider}
      name={providerName}
      tone="needs_you"
      words={undecided ? decisionWords : words}
      action={undecided ? null : <CancelLogin login={login.id} name={providerName} />}
    >
      {undecided ? (
        <UndecidedPanel login={login} name={providerName} />
      ) : (
        <LoginPanel login={login.id} prompt={login.prompt} expiresAt={login.expires_at} name={providerName} />
      )}
    </RowFrame>
  )
}
