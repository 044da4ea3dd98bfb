import { join } from 'node:path'
import { folderOf } from '../tool.ts'
import { known, objectsOf, parseMembers, textOf } from './json-store.ts'
import type { StoreDefinition } from './stored-login.ts'

/** `apps.json` and the older `hosts.json` of the editors. A GitHub token does not rotate, so that it is told and not moved. */
export const githubCopilotStore: StoreDefinition = {
  id: 'github-copilot',
  name: 'GitHub Copilot in an editor',
  files: ({ env, home, platform }) => {
    const usual = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CONFIG_HOME
    const folder = join(folderOf(usual, join(home, '.config')), 'github-copilot')
    return [join(folder, 'apps.json'), join(folder, 'hosts.json')]
  },
  logins: (text) =>
    objectsOf(parseMembers(text)).flatMap(([host, entry]) => {
      const accessToken = textOf(entry, 'oauth_token')
      const name = textOf(entry, 'user') ?? host
      return accessToken === undefined ? [] : [{ name, kind: 'oauth' as const, ...known({ accessToken }) }]
    }),
  neverMoves: true,
  signIn: 'the Copilot menu of the editor',
}
