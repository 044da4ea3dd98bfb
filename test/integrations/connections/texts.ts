// Settings as people write them, and what connecting a tool puts into them.
import type { FileChange } from '../../../src/integrations/connections/file-change.ts'

const provider = {
  name: 'TokenTray',
  base_url: 'https://chatgpt.com/backend-api/codex',
  wire_api: 'responses',
  http_headers: { 'ChatGPT-Account-Id': 'acct-1' },
  auth: { command: 'tokentray', args: ['token', 'openai-codex', '--client', 'codex'], timeout_ms: 5000 },
}

export const tomlChange = (file = 'config.toml'): FileChange => ({
  kind: 'settings',
  file,
  format: 'toml',
  settings: [
    { path: ['model_provider'], value: 'tokentray' },
    { path: ['model_providers', 'tokentray'], value: provider },
  ],
})

export const jsonChange = (file = 'settings.json'): FileChange => ({
  kind: 'settings',
  file,
  format: 'jsonc',
  settings: [
    { path: ['apiKeyHelper'], value: 'tokentray token anthropic' },
    { path: ['env', 'ANTHROPIC_BASE_URL'], value: 'http://127.0.0.1:1' },
  ],
})

export const blockChange = (file = '.bashrc', mark = 'aider'): FileChange => ({
  kind: 'block',
  file,
  mark,
  lines: ["alias aider='tokentray exec openrouter -- aider'"],
})

export const tomlTexts: readonly string[] = [
  '',
  '\n',
  '# only a comment',
  `# Mine
model = "gpt-5" # favourite

# no analytics
[analytics]
enabled = false

[projects."/home/x/y"]
trust_level = "trusted" # yes

[[things]]
a = 1
# the end
`,
  'model_provider = "other" # mine\r\n[model_providers.other]\r\nname = "O"\r\nhttp_headers = { "a" = "b" } # h\r\n',
  '[model_providers.other]\nname="x"\n\n\n',
  'model_providers.other.name = "x"\nmodel_providers.other.base_url = "y"',
  'model_providers = { other = { name = "x" } } # inline\n',
  '[model_providers.tokentray]\nname = "by hand"\n[model_providers.tokentray.auth]\ncommand = "x"\n[tui]\ntheme="a"\n',
  '[model_providers]\n# nothing yet\n',
  "date = 1979-05-27T07:32:00Z\nbig = 9223372036854775807\nf = 1.0\nhex = 0xFF\ntext = '''\n# no comment\n'''\n",
  '\uFEFFmodel = "gpt-5"\n',
]

export const jsonTexts: readonly string[] = [
  '',
  '{}',
  '{}\n',
  '{\n}\n',
  '{"apiKeyHelper":"mine","x":[1,2]}',
  `{
  // A comment of the person
  "model": "opus", // and another one
  "env": {
    "ANTHROPIC_API_KEY": "sk-ant-api03-secret"
  },
}
`,
  '{\r\n\t"permissions": {\r\n\t\t"allow": []\r\n\t}\r\n}\r\n',
  '\uFEFF{\n    "model": "opus"\n}',
]

export const profileTexts: readonly string[] = ['', 'export A=1', 'export A=1\n', 'a\r\nb\r\n', '# x\n\n\n']
