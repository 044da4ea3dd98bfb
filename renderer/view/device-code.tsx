import { encode } from 'uqr'
import { words } from '../language.ts'

/**
 * The code of a device login, large enough to be typed on another device, and the address to type it at: in letters, and as a picture that
 * a phone opens.
 */
export function DeviceCode({ code, address }: { readonly code: string; readonly address: string }) {
  return (
    <div class="device">
      <AddressPicture address={address} />
      <div class="device-words">
        <p class="device-code">
          <code dir="ltr">{code}</code>
        </p>
        <p class="device-address" dir="ltr">
          {address.replace(/^https:\/\//, '')}
        </p>
      </div>
    </div>
  )
}

/** Dark on light in both themes, as many cameras read nothing else, with the quiet zone of four modules around it (ISO/IEC 18004). */
function AddressPicture({ address }: { readonly address: string }) {
  const { data, size } = encode(address, { border: 4 })
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={words().login.codeImage(address)}>
      <path d={dark} />
    </svg>
  )
}
