/** A sentence whose words between backticks are typed, copied or compared letter by letter. */
export function WordsWithCode({ text }: { readonly text: string }) {
  return <>{text.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={`${index} ${part}`}>{part}</code>))}</>
}

/** A sentence of the broker or of a provider, which is English whatever the window speaks. */
export function BrokerWords({ text }: { readonly text: string }) {
  return (
    <bdi lang="en" dir="ltr">
      <WordsWithCode text={text} />
    </bdi>
  )
}
