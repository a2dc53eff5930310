// Murre inside of another program: an editor that installs while its user watches, and may change their mind.
// node embedding.mjs FOLDER [REQUIREMENT…]: makes FOLDER/.venv and installs there. Ctrl-C ends it; the environment is as it was, or changed as a whole.
import { createMurre, isMurreError } from "murre";

const [folder = ".", ...requirements] = process.argv.slice(2);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("stopped by the user")));

// Progress: how many have to be had is known when it is resolved; each is `fetched` when it was not in the cache.
const progress = { of: 0, done: 0 };
const onEvent = (event) => {
  if (event.type === "resolved") progress.of = event.distributions;
  if (event.type === "fetched") progress.done += 1;
  if (event.type === "fetched")
    console.log(`fetched ${progress.done} of at most ${progress.of}: ${event.name} ${event.version}`);
  if (event.type === "warning") console.warn(event.message);
  // A program that stops by itself; here so that this example can show it.
  if (event.type === process.env.STOP_AT) stop.abort(new Error(`stopped when it was ${event.type}`));
};

await using(createMurre({ cwd: folder }), async (murre) => {
  const { signal } = stop;
  try {
    const { environment } = await murre.venv({ path: ".venv", existing: "refresh", signal });
    const { added, changed } = await murre.install({ python: environment, requirements, signal, onEvent });
    console.log(changed ? `added ${added.map(({ name }) => name).join(", ")}` : "nothing to do");
  } catch (error) {
    if (error === stop.signal.reason) console.log(error.message);
    else if (isMurreError(error, "MURRE_NO_SOLUTION")) console.log(`these do not go together:\n${error.message}`);
    else throw error;
    process.exitCode = 1;
  }
});

/** `await using murre = createMurre()`, where the language has it; this runs on every Node that murre does. */
async function using(murre, work) {
  try {
    await work(murre);
  } finally {
    await murre.close();
  }
}
