import { join } from 'node:path'
import { folderOf, type Surroundings } from '../tool.ts'
import { objectOf, objectsOf, parseMembers, textOf } from './json-store.ts'
import type { StoreDefinition, StoredLogin } from './stored-login.ts'
import { loginOf, tokenMap } from './token-map.ts'

/** `auth-profiles.json` of OpenClaw and CoderClaw, one per agent, and the `oauth.json` of before. */
export const authProfileStores: readonly StoreDefinition[] = [
  store('openclaw', 'OpenClaw', ({ env, home }) => folderOf(env.OPENCLAW_STATE_DIR, join(home, '.openclaw'))),
  store('coderclaw', 'CoderClaw', ({ env, home }) => folderOf(env.CODERCLAW_STATE_DIR, join(home, '.coderclaw'))),
]

function store(id: string, name: string, folder: (surroundings: Surroundings) => string): StoreDefinition {
  return {
    id,
    name,
    files: (surroundings) => [
      join(folder(surroundings), 'agents', '*', 'agent', 'auth-profiles.json'),
      join(folder(surroundings), 'credentials', 'oauth.json'),
    ],
    logins: (text) => (Object.hasOwn(parseMembers(text), 'profiles') ? profiles(text) : tokenMap()(text)),
    signIn: `${id} models auth login`,
  }
}

function profiles(text: string): readonly StoredLogin[] {
  return objectsOf(objectOf(parseMembers(text), 'profiles')).flatMap(([name, entry]) => {
    const provider = textOf(entry, 'provider')
    const ours = ['openai-codex', 'anthropic', 'xai'].find((each) => each === provider)
    return loginOf(name, ours, entry, ['profiles', name])
  })
}
