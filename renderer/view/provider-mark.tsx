import type { JSX } from 'preact'

/** Own drawings, as the providers' marks belong to them: a prompt for a coding agent, a target for practice. */
const drawings: Readonly<Record<string, JSX.Element>> = {
  'openai-codex': <path d="M6 7.5l4 3.5-4 3.5M11.5 15h4.5" />,
  practice: (
    <>
      <circle cx="11" cy="11" r="6" />
      <circle cx="11" cy="11" r="2" />
    </>
  ),
}

/** A tile with a drawing, or with the initial of a provider that has none; decoration beside the provider's name. */
export function ProviderMark({ provider, name }: { readonly provider: string; readonly name: string }) {
  const drawing = Object.hasOwn(drawings, provider) ? drawings[provider] : undefined
  return (
    <svg class={`mark mark-${shade(provider)}`} width="34" height="34" viewBox="0 0 22 22" aria-hidden="true">
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
