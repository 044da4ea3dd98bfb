/** The one stylesheet. It is part of each page, and allowed there by its hash alone. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f3f4f8; --sheet: #ffffff; --ink: #1b1d29; --soft: #5b6072; --line: #d9dce6;
  --accent: #3a52d6; --accent-ink: #ffffff; --chosen: #eef1ff; --fault: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14151c; --sheet: #1e202b; --ink: #eceef6; --soft: #a3a8ba; --line: #363a4a;
    --accent: #8fa2ff; --accent-ink: #11142a; --chosen: #272c46; --fault: #ff9d94;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 24px 16px; display: grid; place-items: center;
  background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif;
}
main {
  width: 100%; max-width: 440px; padding: 32px; background: var(--sheet); border: 1px solid var(--line);
  border-radius: 16px; box-shadow: 0 8px 32px rgb(0 0 0 / 8%);
}
.brand { display: flex; align-items: center; gap: 10px; margin: 0 0 20px; color: var(--soft); font-size: 14px; font-weight: 600; }
.brand svg { width: 28px; height: 28px; flex: none; }
h1 { margin: 0 0 8px; font-size: 22px; line-height: 1.3; letter-spacing: -0.01em; text-wrap: balance; }
p { margin: 0 0 20px; color: var(--soft); }
p:last-child { margin-bottom: 0; }
fieldset { margin: 0 0 20px; padding: 0; border: 0; min-width: 0; }
legend { margin: 0 0 8px; padding: 0; font-size: 14px; font-weight: 600; }
.person {
  display: flex; align-items: center; gap: 12px; margin: 0 0 8px; padding: 10px 12px;
  border: 1px solid var(--line); border-radius: 10px; cursor: pointer;
}
.person:last-child { margin-bottom: 0; }
.person:hover { border-color: var(--accent); }
.person:has(:checked) { border-color: var(--accent); background: var(--chosen); }
.person:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px; }
.person input { width: 18px; height: 18px; margin: 0; flex: none; accent-color: var(--accent); outline: none; }
.face {
  display: grid; place-items: center; width: 36px; height: 36px; flex: none; border-radius: 50%;
  background: #2f7d6b; color: #ffffff; font-weight: 600;
}
.person:nth-of-type(3n + 2) .face { background: #a1502c; }
.person:nth-of-type(3n) .face { background: #7a4aa8; }
.words { min-width: 0; overflow-wrap: anywhere; line-height: 1.35; }
.words small { display: block; color: var(--soft); font-size: 14px; }
.can { margin: 0 0 4px; font-size: 14px; }
.grants { margin: 0 0 20px; padding: 0 0 0 20px; color: var(--soft); font-size: 14px; }
.ask { display: block; margin: 0 0 20px; font-size: 14px; font-weight: 600; }
.code {
  display: block; width: 100%; margin: 8px 0 20px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 10px;
  background: var(--chosen); color: var(--ink); text-align: center; text-transform: uppercase; letter-spacing: 0.12em;
  font: 600 24px/1.4 ui-monospace, 'SF Mono', Consolas, 'DejaVu Sans Mono', monospace;
}
input.code { margin-bottom: 0; background: transparent; }
input.code:focus-visible { border-color: var(--accent); outline: 3px solid var(--accent); outline-offset: 2px; }
input.code[aria-invalid] { border-color: var(--fault); }
.fault { color: var(--fault); }
.choice { display: flex; gap: 12px; }
button {
  flex: 1; min-height: 44px; padding: 8px 16px; border: 1px solid var(--line); border-radius: 10px;
  background: transparent; color: var(--ink); font: inherit; font-weight: 600; cursor: pointer;
}
button:hover { border-color: var(--accent); }
button[value='allow'], button.go { border-color: var(--accent); background: var(--accent); color: var(--accent-ink); }
button[value='allow']:hover, button.go:hover { filter: brightness(1.08); }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
@media (max-width: 480px) { body { padding: 12px; } main { padding: 20px; } }
`
