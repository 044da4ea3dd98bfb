import type { JSX } from 'preact'

/**
 * Own drawings, as the providers' marks belong to them: a prompt for a coding agent, a bubble for a chat, a book, a paper plane, a wave, an
 * orbit, a hub with its spokes, a target for practice.
 */
const drawings: Readonly<Record<string, JSX.Element>> = {
  chatgpt: (
    <path d="M7.2 5.5h7.6a1.7 1.7 0 0 1 1.7 1.7v5a1.7 1.7 0 0 1-1.7 1.7h-4l-3 2.7v-2.7h-.6a1.7 1.7 0 0 1-1.7-1.7v-5a1.7 1.7 0 0 1 1.7-1.7z" />
  ),
  anthropic: <path d="M11 7.4C9.6 6.4 7.8 6 5.5 6v8.9c2.3 0 4.1.4 5.5 1.4 1.4-1 3.2-1.4 5.5-1.4V6c-2.3 0-4.1.4-5.5 1.4zv8.9" />,
  'github-copilot': <path d="M4.8 10.4l12-4.9-4.2 11.4-2.5-4.9zM10.1 12l3-2.9" />,
  kimi: <path d="M4.8 9.2c2.1-2.4 4.1-2.4 6.2 0s4.1 2.4 6.2 0M4.8 13.6c2.1-2.4 4.1-2.4 6.2 0s4.1 2.4 6.2 0" />,
  xai: (
    <>
      <circle cx="11" cy="11" r="2.2" />
      <ellipse cx="11" cy="11" rx="6.6" ry="3" transform="rotate(-32 11 11)" />
    </>
  ),
  openrouter: (
    <>
      <circle cx="11" cy="11" r="1.9" />
      <path d="M11 9.1V5.4M12.7 11.9l3.2 1.9M9.3 11.9l-3.2 1.9" />
    </>
  ),
  'openai-codex': <path d="M6 7.5l4 3.5-4 3.5M11.5 15h4.5" />,
  practice: (
    <>
      <circle cx="11" cy="11" r="6" />
      <circle cx="11" cy="11" r="2" />
    </>
  ),
}

interface ProviderMarkProps {
  readonly provider: string
  readonly name: string
  /** CSS pixels. */
  readonly size?: number
}

/** A tile with a drawing, or with the initial of a provider that has none; decoration beside the provider's name. */
export function ProviderMark({ provider, name, size = 34 }: ProviderMarkProps) {
  const drawing = Object.hasOwn(drawings, provider) ? drawings[provider] : undefined
  return (
    <svg class={`mark mark-${shade(provider)}`} width={size} height={size} viewBox="0 0 22 22" aria-hidden="true">
      {drawing ?? (
        <text x="11" y="14.6" text-anchor="middle">
          {name.charAt(0).toUpperCase()}
        </text>
      )}
    </svg>
  )
}

const shades = 6

/** One of a few calm colours, always the same for a provider. */
function shade(provider: string): number {
  let sum = 0
  for (const character of provider) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return sum % shades
}
