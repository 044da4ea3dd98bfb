// Loaded into the main process of the app before its own code (`electron -r`). SIGUSR2 begins and ends a stall of the main thread:
// 30 ms of work in every 200, as a page that is laid out or a menu that is built would be. Until then it does nothing at all.
let timer

function work() {
  const end = performance.now() + 30
  while (performance.now() < end);
}

process.on('SIGUSR2', () => {
  if (timer === undefined) {
    timer = setInterval(work, 200)
  } else {
    clearInterval(timer)
    timer = undefined
  }
})
