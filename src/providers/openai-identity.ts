import type { Identity } from '../core/index.ts'
import { objectClaim, type SignInFacts, textClaim } from '../oauth/index.ts'

const namespace = 'https://api.openai.com/auth'
const profile = 'https://api.openai.com/profile'

/** Who signed in, by the claims that OpenAI puts into both tokens. An `organization` is one of the API platform and no workspace. */
export function openaiIdentity({ idToken, accessToken }: SignInFacts): Identity {
  const claims = { ...objectClaim(accessToken, namespace), ...objectClaim(idToken, namespace) }
  const workspace = textClaim(claims, 'chatgpt_account_id')
  const user = textClaim(claims, 'chatgpt_user_id') ?? textClaim(claims, 'user_id') ?? textClaim(idToken, 'sub')
  const email = textClaim(idToken, 'email') ?? textClaim(objectClaim(accessToken, profile), 'email')
  const plan = textClaim(claims, 'chatgpt_plan_type')
  return {
    // Two members of one workspace and one member of two workspaces are different accounts, so the key has both.
    ...(user === undefined || workspace === undefined ? {} : { key: `${user}/${workspace}` }),
    ...(email === undefined ? {} : { email }),
    ...(plan === undefined ? {} : { plan }),
    ...(workspace === undefined ? {} : { attributes: { workspace } }),
  }
}
