// undici is CommonJS: imported with `import()` itself, a bundle of the command would know it by its default export only. So
// what is loaded late is this module, which names what it takes.
export { Agent, EnvHttpProxyAgent } from "undici";
