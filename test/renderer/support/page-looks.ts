// What the other pages of the window can look like, for pictures and for axe. The fake bridge answers with the fixtures of `pages.ts`.
import type { Page as PageName, View } from '../../../src/ipc/channels.ts'
import type { Step } from './looks.ts'
import { ledger, shareList, toolList, usage } from './pages.ts'
import { everyRow } from './providers.ts'
import {
  active,
  ana,
  ben,
  codex,
  lockedByPerson,
  lockedOut,
  passphraseUnset,
  practice,
  snapshotOf,
  view,
  viewOf,
} from './snapshots.ts'
import { expect, type TestWindow } from './window.ts'

const two: View = { ...view(codex(active, ana), practice(active, ben)), usage }
const locked = viewOf(snapshotOf([codex(lockedOut, ana)], { vault: lockedByPerson }))
const fresh: View = { ...viewOf(snapshotOf(everyRow)), surroundings: { ...viewOf(undefined).surroundings, welcome: true } }

/** Goes to a page as the tray menu does, and waits until it has drawn what main answers. */
async function goTo(tray: TestWindow, page: PageName, told: string): Promise<void> {
  await tray.choose({ kind: 'page', page })
  await expect(tray.page.getByText(told).first()).toBeVisible()
}

const press = (tray: TestWindow, name: string | RegExp) => tray.page.getByRole('button', { name }).first().click()

export const pageLooks: Readonly<Record<string, Step>> = {
  'activity page': { from: two, step: (tray) => goTo(tray, 'activity', 'Remembered answers') },
  'activity page without any': {
    from: two,
    step: async (tray) => {
      await tray.reply('activity:get', { ok: true, value: [] })
      await tray.reply('rules:get', { ok: true, value: [] })
      await goTo(tray, 'activity', 'No tool has asked')
    },
  },
  'activity page with refused tools only': {
    from: two,
    step: async (tray) => {
      await goTo(tray, 'activity', 'Remembered answers')
      await tray.page.getByLabel('Refused only').click()
    },
  },
  'tools page': { from: two, step: (tray) => goTo(tray, 'tools', 'Claude Code') },
  'tools page with one to connect': {
    from: two,
    step: async (tray) => {
      await goTo(tray, 'tools', 'Claude Code')
      await press(tray, /^Connect.*Codex CLI/)
    },
  },
  'tools page with one to disconnect': {
    from: two,
    step: async (tray) => {
      await goTo(tray, 'tools', 'Claude Code')
      await press(tray, /^Disconnect/)
    },
  },
  'tools page with a link in the way': {
    from: two,
    step: async (tray) => {
      const link = { kind: 'link', path: '~/.codex/config.toml', target: '~/dotfiles/codex/config.toml' }
      await tray.reply('tool:plan', { ok: true, value: link })
      await goTo(tray, 'tools', 'Claude Code')
      await press(tray, /^Connect.*Codex CLI/)
    },
  },
  'tools page without the command': {
    from: two,
    step: async (tray) => {
      await tray.reply('tool:plan', { ok: true, value: { kind: 'no_command' } })
      await goTo(tray, 'tools', 'Claude Code')
      await press(tray, /^Connect.*Codex CLI/)
    },
  },
  'tools page with a tool that was connected': {
    from: two,
    step: async (tray) => {
      await goTo(tray, 'tools', 'Claude Code')
      await press(tray, /^Connect.*Codex CLI/)
      const now = toolList.map((tool) => (tool.id === 'codex' ? { ...tool, state: 'connected', selector: 'openai-codex' } : tool))
      await tray.reply('tool:connect', { ok: true, value: now })
      await tray.reply('tools:get', { ok: true, value: now })
      await tray.page.getByRole('group').getByRole('button', { name: 'Connect', exact: true }).click()
      await expect(tray.page.getByText('is connected')).toBeVisible()
    },
  },
  'tools page with shares and a token in a file': {
    from: two,
    step: async (tray) => {
      const file = { tool: 'claude-code', path: '~/.claude/.credentials.json', account: 'a', state: 'fresh' }
      await tray.reply('token-files:get', { ok: true, value: [file] })
      await tray.reply('shares:get', { ok: true, value: shareList })
      await goTo(tray, 'tools', 'ssh-laptop')
    },
  },
  'tools page without any': {
    from: two,
    step: async (tray) => {
      const none = toolList.map((tool) => ({ ...tool, state: 'not_installed' }))
      await tray.reply('tools:get', { ok: true, value: none })
      await goTo(tray, 'tools', 'No tool that TokenTray knows')
    },
  },
  'settings page': { from: two, step: (tray) => goTo(tray, 'settings', 'Quiet hours') },
  'settings page with the vault to be moved': {
    from: two,
    step: async (tray) => {
      await goTo(tray, 'settings', 'Quiet hours')
      await press(tray, 'Move behind a passphrase…')
    },
  },
  'settings page to be reset': {
    from: two,
    step: async (tray) => {
      await goTo(tray, 'settings', 'Quiet hours')
      await press(tray, 'Reset settings…')
    },
  },
  'settings page while locked': { from: locked, step: (tray) => goTo(tray, 'settings', 'Quiet hours') },
  'first step': { from: fresh, step: (tray) => expect(tray.page.getByText('Pick what to sign in to')).toBeVisible() },
  'second step': {
    from: fresh,
    step: async (tray) => {
      await press(tray, 'Next')
    },
  },
  'third step': {
    from: fresh,
    step: async (tray) => {
      await press(tray, 'Next')
      await press(tray, 'Next')
      await expect(tray.page.getByText('Claude Code').first()).toBeVisible()
    },
  },
  'first passphrase before the first step': {
    from: { ...fresh, snapshot: snapshotOf([], { vault: passphraseUnset }) },
    step: (tray) => expect(tray.page.getByLabel('Passphrase')).toBeVisible(),
  },
  'used by several tools': {
    from: two,
    step: async (tray) => {
      await tray.reply('activity:get', { ok: true, value: ledger })
      await tray.show(two)
    },
  },
}
