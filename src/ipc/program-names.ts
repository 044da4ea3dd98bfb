/** The programs that keep logins of their own, as their makers write them. A test holds this to the stores that can be read. */
const names: Readonly<Record<string, string>> = {
  codex: 'Codex CLI',
  'claude-code': 'Claude Code',
  pi: 'pi',
  opencode: 'OpenCode',
  gemini: 'Gemini CLI',
  'github-copilot': 'GitHub Copilot in an editor',
  openclaw: 'OpenClaw',
  coderclaw: 'CoderClaw',
  peekaboo: 'Peekaboo',
  'cli-proxy-api': 'CLIProxyAPI',
  'codex-claude-proxy': 'codex-claude-proxy',
  grok: 'Grok CLI',
  'kimi-cli': 'Kimi CLI',
  'kimi-code': 'Kimi Code',
  qwen: 'Qwen Code',
}

/** A program by its name; one of a newer broker by its id. */
export const programName = (id: string): string => (Object.hasOwn(names, id) ? (names[id] ?? id) : id)
