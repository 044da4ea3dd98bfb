/** The code of a device login, large enough to be typed on another device, and the address to type it at. */
export function DeviceCode({ code, address }: { readonly code: string; readonly address: string }) {
  return (
    <div class="device">
      <p class="device-code">
        <code>{code}</code>
      </p>
      <p class="device-address">{address.replace(/^https:\/\//, '')}</p>
    </div>
  )
}
