// What changed, as it changes: the person's stream, reconnecting; without it, a look every second.

const POLL_MS = 1000;
const LONGEST_WAIT_MS = 5000;

/** Calls `onChange(changed)`; `{}` means: look at everything. `onState` hears "live" or "polling". Returns a function that ends it. */
export function follow(person, onChange, onState) {
  let socket = null;
  let wait = 250;
  let ended = false;
  let polling = null;

  function poll(on) {
    if (on === (polling !== null)) return;
    if (on) polling = setInterval(() => onChange({}), POLL_MS);
    else polling = clearInterval(polling) ?? null;
  }

  function connect() {
    if (ended) return;
    const address = new URL(`/sandbox/people/${person}/stream`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    socket.addEventListener("open", () => {
      wait = 250;
      poll(false);
      onState("live");
      onChange({});
    });
    socket.addEventListener("message", (event) => {
      const told = JSON.parse(event.data);
      onChange(told.changed ?? told);
    });
    socket.addEventListener("close", () => {
      if (ended) return;
      poll(true);
      onState("polling");
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  }

  connect();
  return () => {
    ended = true;
    poll(false);
    socket?.close();
  };
}

/** Calls `onAhead(seconds)` at the start and whenever the sandbox's clock is moved, by whomever. */
export function followClock(onAhead) {
  const address = new URL("/sandbox/clock/stream", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.addEventListener("message", (event) => {
    onAhead(JSON.parse(event.data).ahead_seconds);
    socket.send("{}"); // who moves it waits until all have followed
  });
  socket.addEventListener("close", () => setTimeout(followClock, LONGEST_WAIT_MS, onAhead));
}

/** Runs `work` soon, once for many calls, never twice at the same time; a call during the work asks for one more run. */
export function coalesced(work) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await work();
      } while (again);
    } finally {
      running = false;
    }
  };
}
