/** A sentence whose words between backticks are typed, copied or compared letter by letter. */
export function WordsWithCode({ text }: { readonly text: string }) {
  return <>{text.split('`').map((part, index) => (index % 2 === 0 ? part : <code key={part}>{part}</code>))}</>
}
