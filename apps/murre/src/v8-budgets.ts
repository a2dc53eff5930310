/**
 * Commands that work for longer than V8 needs to begin with its optimizing compiler. What it makes there is of use for seconds, of which such
 * a command has one: of V8 11 the compiler took up to two fifths of the processor's time. Later ones are more patient by themselves.
 */
const working = new Set(["install", "sync", "compile", "lock", "download", "wheel", "build"]);

/**
 * More of a function is run before it is optimized, young objects get more room at once, WebAssembly is not compiled twice, and what lives is
 * marked when there is no more room: marked bit by bit before, it costs more than the pause, which nobody sees here.
 */
const budgets =
  "--interrupt-budget=400000 --semi-space-growth-factor=8 --wasm-tiering-budget=1000000000 --no-incremental-marking";

/**
 * Sets how soon V8 optimizes, for this process. Only for the command: a library's host is not ours. V8 compares these with those that its
 * compiled code was kept under, so they are set before any is read.
 */
export function setBudgets(words: readonly string[], v8: string): void {
  if (v8.startsWith("11.") && words.some((word) => working.has(word)))
    process.getBuiltinModule("node:v8").setFlagsFromString(budgets);
}
